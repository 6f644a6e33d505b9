/** Adds the texts of what is shown inside a room. */

import { elementTable } from './element-texts.ts';
import { inside as en } from './english/inside.ts';
import { inside as fr } from './french/inside.ts';

elementTable.add({ en: en, fr: fr });
