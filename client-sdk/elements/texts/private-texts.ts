/** Adds the texts of private sessions, when they are loaded. */
import { addTexts } from './language.ts';
import { privateEnglish } from './private-english.ts';
import { privateFrench } from './private-french.ts';

addTexts({ en: privateEnglish, fr: privateFrench });
