/** Adds the texts of topping a wallet up. */

import { elementTable } from './element-texts.ts';
import { topup as en } from './english/topup.ts';
import { topup as fr } from './french/topup.ts';

elementTable.add({ en: { topup: en }, fr: { topup: fr } });
