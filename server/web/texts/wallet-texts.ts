/** Adds the texts of the wallet. */
import { wallet as en } from './english/wallet.ts';
import { wallet as fr } from './french/wallet.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { wallet: en }, fr: { wallet: fr } });
