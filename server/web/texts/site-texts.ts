/** The texts of the pages. The English ones are the table of keys: one that another language lacks is a type error. */
import { TextTable } from '../../../client-sdk/elements/texts/text-table.ts';
import type { Language } from '../../protocol/languages.ts';
import type { account } from './english/account.ts';
import type { desk } from './english/desk.ts';
import type { earnings } from './english/earnings.ts';
import type { opinions } from './english/opinions.ts';
import type { profile } from './english/profile.ts';
import type { receipt } from './english/receipt.ts';
import type { review } from './english/review.ts';
import type { rooms } from './english/rooms.ts';
import type { seat } from './english/seat.ts';
import type { seatCases } from './english/seat-cases.ts';
import type { seatOpinions } from './english/seat-opinions.ts';
import type { seatThresholds } from './english/seat-thresholds.ts';
import { site as en } from './english/site.ts';
import type { studio } from './english/studio.ts';
import type { wallet } from './english/wallet.ts';
import { site as fr } from './french/site.ts';

/** Of every page, and of those that import their own. */
export type SiteTexts = typeof en & {
  accounts: typeof account;
  desk: typeof desk;
  review: typeof review;
  earnings: typeof earnings;
  opinions: typeof opinions;
  profile: typeof profile;
  receipt: typeof receipt;
  rooms: typeof rooms;
  seat: typeof seat;
  seatCases: typeof seatCases;
  seatOpinions: typeof seatOpinions;
  seatThresholds: typeof seatThresholds;
  studio: typeof studio;
  wallet: typeof wallet;
};

export const siteTable = new TextTable<SiteTexts>({ en, fr });

export function siteTexts(language: Language): SiteTexts {
  return siteTable.of(language);
}
