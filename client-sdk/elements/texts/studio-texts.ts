/** Adds the texts of the studio. */

import { elementTable } from './element-texts.ts';
import { studio as en } from './english/studio.ts';
import { studio as fr } from './french/studio.ts';

elementTable.add({ en: en, fr: fr });
