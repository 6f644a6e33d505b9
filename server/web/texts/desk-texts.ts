/** Adds the texts of the desk, when it is loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishDesk } from './english/desk.ts';
import { frenchDesk } from './french/desk.ts';

addSiteTexts({ en: { desk: englishDesk }, fr: { desk: frenchDesk } });
