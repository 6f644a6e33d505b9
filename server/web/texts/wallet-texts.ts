/** Adds the texts of the wallet page, when it is loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishWallet } from './english/wallet.ts';
import { frenchWallet } from './french/wallet.ts';

addSiteTexts({ en: { wallet: englishWallet }, fr: { wallet: frenchWallet } });
