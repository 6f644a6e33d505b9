/** Adds the texts of the studio, when it is loaded. */
import { addTexts } from './language.ts';
import { studioEnglish } from './studio-english.ts';
import { studioFrench } from './studio-french.ts';

addTexts({ en: studioEnglish, fr: studioFrench });
