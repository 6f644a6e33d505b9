/** Adds the texts of the forms of a room. */
import { rooms as en } from './english/rooms.ts';
import { rooms as fr } from './french/rooms.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { rooms: en }, fr: { rooms: fr } });
