/** Adds the texts of what is shown inside a room, when it is loaded. */
import { insideEnglish } from './inside-english.ts';
import { insideFrench } from './inside-french.ts';
import { addTexts } from './language.ts';

addTexts({ en: insideEnglish, fr: insideFrench });
