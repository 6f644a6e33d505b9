/** Adds the texts of the desk. */
import { desk as en } from './english/desk.ts';
import { desk as fr } from './french/desk.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { desk: en }, fr: { desk: fr } });
