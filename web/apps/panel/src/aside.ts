// What is beside the conversation: forms, menus, answers in Markdown, other screens, sound.

export { Prose } from './content/markdown.js';
export { Choose } from './screens/Choose.js';
export { Ended } from './screens/Ended.js';
export { History } from './screens/History.js';
export { LeaveMessageForm } from './screens/LeaveMessage.js';
export { Menu } from './screens/Menu.js';
export { QueueCard } from './screens/Queue.js';
export { RatingForm } from './screens/Rating.js';
export { ConnectionBar } from './thread/ConnectionBar.js';
export { EmojiPicker } from './thread/EmojiPicker.js';
export { MessageActions, ReactionRow } from './thread/MessageActions.js';
export { ring } from './visit/sound.js';
