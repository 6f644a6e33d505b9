/** Adds the texts of the sign-in page and of the account, when they are loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishAccount } from './english/account.ts';
import { frenchAccount } from './french/account.ts';

addSiteTexts({ en: { accounts: englishAccount }, fr: { accounts: frenchAccount } });
