/** Adds the texts of receipts. */
import { receipt as en } from './english/receipt.ts';
import { receipt as fr } from './french/receipt.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { receipt: en }, fr: { receipt: fr } });
