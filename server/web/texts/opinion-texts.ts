/** Adds the texts of the committee's opinions, which the members' page and the desk share. */
import { opinions as en } from './english/opinions.ts';
import { opinions as fr } from './french/opinions.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { opinions: en }, fr: { opinions: fr } });
