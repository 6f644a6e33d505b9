/** Adds the texts of the studio. */
import { studio as en } from './english/studio.ts';
import { studio as fr } from './french/studio.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { studio: en }, fr: { studio: fr } });
