/** Adds the texts of the earnings page, when it is loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishEarnings } from './english/earnings.ts';
import { frenchEarnings } from './french/earnings.ts';

addSiteTexts({ en: { earnings: englishEarnings }, fr: { earnings: frenchEarnings } });
