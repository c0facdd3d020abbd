// The components of the second file, as the first one uses them.

import { later } from './ui/later.js';

const more = () => import('./more.js');

export const Choose = later(() => more().then((part) => part.Choose));
export const EmojiPicker = later(() => more().then((part) => part.EmojiPicker));
export const ConnectionBar = later(() => more().then((part) => part.ConnectionBar));
export const Ended = later(() => more().then((part) => part.Ended));
export const History = later(() => more().then((part) => part.History));
export const LeaveMessageForm = later(() => more().then((part) => part.LeaveMessageForm));
export const Menu = later(() => more().then((part) => part.Menu));
export const MessageActions = later(() => more().then((part) => part.MessageActions));
export const Prose = later(() => more().then((part) => part.Prose));
export const QueueCard = later(() => more().then((part) => part.QueueCard));
export const RatingForm = later(() => more().then((part) => part.RatingForm));
export const ReactionRow = later(() => more().then((part) => part.ReactionRow));
export const RichContent = later(() => more().then((part) => part.RichContent));

/** Fetches the second file, so that it is there when it is needed. */
export const fetchMore = (): void => void more().catch(() => undefined);
