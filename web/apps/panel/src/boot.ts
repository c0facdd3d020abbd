// The first script: asks for everything that the first screen needs, all at once, while the panel itself is on its way.

import { loadTexts } from './texts/load.js';
import { askAhead } from './visit/ahead.js';
import { localeOf } from './visit/language.js';
import { optionsOf } from './visit/settings.js';

const options = optionsOf(new URLSearchParams(location.search));
const locale = localeOf(options);

// Whoever needs the texts asks for them again, and is told what is wrong.
loadTexts(locale).catch(() => undefined);
askAhead(options, locale);
