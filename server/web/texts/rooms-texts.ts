/** Adds the texts of the form for a new room, when it is loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishRooms } from './english/rooms.ts';
import { frenchRooms } from './french/rooms.ts';

addSiteTexts({ en: { rooms: englishRooms }, fr: { rooms: frenchRooms } });
