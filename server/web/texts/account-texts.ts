/** Adds the texts of the sign-in page and of the account. */
import { account as en } from './english/account.ts';
import { account as fr } from './french/account.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { accounts: en }, fr: { accounts: fr } });
