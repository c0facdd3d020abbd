// What conversations have beyond words, as one module that is loaded when it is needed: cards and files, changes of what
// was said, robots that speak while they think, offers, ratings, and what one does beside talking.

export { ServerFiles } from '../core/files.js';
export { readContent } from '../wire/rich-content.js';
export { richToWire } from '../wire/rich-outgoing.js';
export { changesIn } from './changes.js';
export { Commands } from './commands.js';
export { openOffer, ratingOf } from './service.js';
export { Speeches } from './speeches.js';
export { uploaded } from './upload.js';
