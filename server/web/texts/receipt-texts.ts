/** Adds the texts of receipts, when it is loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishReceipt } from './english/receipt.ts';
import { frenchReceipt } from './french/receipt.ts';

addSiteTexts({ en: { receipt: englishReceipt }, fr: { receipt: frenchReceipt } });
