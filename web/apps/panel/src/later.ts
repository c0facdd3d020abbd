// The components of the second file, as the first one uses them.

import { later } from './ui/later.js';

const more = () => import('./more.js');

export const Choose = later(() => more().then((part) => part.Choose));
export const EmojiPicker = later(() => more().then((part) => part.EmojiPicker));
export const History = later(() => more().then((part) => part.History));
export const LeaveMessageForm = later(() => more().then((part) => part.LeaveMessageForm));
export const Menu = later(() => more().then((part) => part.Menu));
export const RatingForm = later(() => more().then((part) => part.RatingForm));
export const RichContent = later(() => more().then((part) => part.RichContent));

/** Fetches the second file, so that it is there when it is needed. */
export const fetchMore = (): void => void more();
