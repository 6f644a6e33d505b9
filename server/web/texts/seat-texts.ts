/** Adds the texts of the members' page. */
import { seat as en } from './english/seat.ts';
import { seat as fr } from './french/seat.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { seat: en }, fr: { seat: fr } });
