/** The letters of the house by template: who may stop them, how long they are worth sending, and their texts. */
import type { Language } from '../../protocol/people.ts';
import type { LetterContent } from './letter.ts';
import { liveReminder } from './letters/live-reminder.ts';
import { payout, receipt, refund, renewalFailed } from './letters/money.ts';
import { signIn } from './letters/sign-in.ts';

/** What a person can unsubscribe from. A letter without a topic is a duty of the house, and always sent. */
export type Topic = 'lives';

interface Money {
  amountMinor: number;
  currency: string;
  link: string;
}

/** What each template is filled with. It is stored as JSON. */
export interface LetterData {
  /** `link` signs in the browser that opens it, `code` the one that asked. */
  'sign-in': { link: string; code: string; minutes: number };
  /** `startsAt` is null once the live has begun. */
  'live-reminder': { creator: string; title: string; link: string; startsAt: string | null };
  receipt: Money & { what: 'ticket' | 'topup'; at: string };
  refund: Money & { status: 'succeeded' | 'failed'; to: 'wallet' | 'card' };
  'renewal-failed': { tier: string; accessUntil: string | null; link: string };
  payout: Money & { status: 'paid' | 'failed' };
}

export type TemplateName = keyof LetterData;

export interface Template<Data> {
  /** Letters that somebody waits for in front of a page have a lane of their own. */
  lane: 'sign_in' | 'other';
  topic?: Topic;
  /** How long it is worth sending; by default a day. */
  lifetimeMs?(data: Data): number;
  write: Record<Language, (data: Data, house: string) => LetterContent>;
}

export const TEMPLATES: { readonly [Name in TemplateName]: Template<LetterData[Name]> } = {
  'sign-in': signIn,
  'live-reminder': liveReminder,
  receipt,
  refund,
  'renewal-failed': renewalFailed,
  payout,
};
