// What is in the files that come later, as the first one uses it.

import { later } from './ui/later.js';

const more = () => import('./more.js');
const aside = () => import('./aside.js');

export const RichContent = later(() => more().then((part) => part.RichContent));

export const Choose = later(() => aside().then((part) => part.Choose));
export const ConnectionBar = later(() => aside().then((part) => part.ConnectionBar));
export const EmojiPicker = later(() => aside().then((part) => part.EmojiPicker));
export const Ended = later(() => aside().then((part) => part.Ended));
export const History = later(() => aside().then((part) => part.History));
export const LeaveMessageForm = later(() => aside().then((part) => part.LeaveMessageForm));
export const Menu = later(() => aside().then((part) => part.Menu));
export const MessageActions = later(() => aside().then((part) => part.MessageActions));
export const Prose = later(() => aside().then((part) => part.Prose));
export const QueueCard = later(() => aside().then((part) => part.QueueCard));
export const RatingForm = later(() => aside().then((part) => part.RatingForm));
export const ReactionRow = later(() => aside().then((part) => part.ReactionRow));

/** Rings, if that can be had. */
export const ring = (): void =>
  void aside().then(
    (part) => part.ring(),
    () => undefined,
  );

/** Fetches the later files, so that they are there when they are needed. */
export const fetchMore = (): void => void more().then(aside, () => undefined);
