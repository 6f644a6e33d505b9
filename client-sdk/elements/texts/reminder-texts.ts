/** Adds the texts of the reminder of a live. */

import { elementTable } from './element-texts.ts';
import { reminder as en } from './english/reminder.ts';
import { reminder as fr } from './french/reminder.ts';

elementTable.add({ en: { reminder: en }, fr: { reminder: fr } });
