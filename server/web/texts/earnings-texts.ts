/** Adds the texts of the earnings page. */
import { earnings as en } from './english/earnings.ts';
import { earnings as fr } from './french/earnings.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { earnings: en }, fr: { earnings: fr } });
