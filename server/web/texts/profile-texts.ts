/** Adds the texts of creators' pages. */
import { profile as en } from './english/profile.ts';
import { profile as fr } from './french/profile.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { profile: en }, fr: { profile: fr } });
