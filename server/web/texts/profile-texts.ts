/** Adds the texts of creators' pages, when they are loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishProfile } from './english/profile.ts';
import { frenchProfile } from './french/profile.ts';

addSiteTexts({ en: { profile: englishProfile }, fr: { profile: frenchProfile } });
