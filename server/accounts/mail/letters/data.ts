/** What each letter is filled with. */
import type { Language } from '../../../protocol/languages.ts';
import type { PaymentKind } from '../../../protocol/money/payment-kind.ts';
import type { Measure } from '../../../protocol/trust/decisions.ts';
import type { LetterWords } from './english.ts';
import type { Live } from './live.ts';

/** What a letter about a change of address is for, and to which mailbox it goes. */
export type AddressStep = keyof LetterWords['address']['titles'];

interface Money {
  amountMinor: number;
  currency: string;
}

/** By template. It is stored as JSON. */
export interface LetterData {
  /** `link` signs in the browser that opens it, `code` the one that asked. */
  'sign-in': { link: string; code: string; minutes: number; isMember: boolean };
  passkey: { what: 'added' | 'removed'; name: string; link: string };
  /** An account at the house's OpenID provider, whose name is its host. */
  'oidc-binding': { what: 'added' | 'removed'; name: string; link: string };
  /** `objection` is a second link, of a letter that asks the old mailbox to confirm. */
  address: { step: AddressStep; newAddress: string; link: string; objection: string | null; dueAt: string };
  /** `startsAt` is null once the live has begun. */
  'live-reminder': Live & { because: 'asked' | 'tickets' | 'followers' };
  /** `returnLink` gives the ticket back. */
  'live-moved': Live & { previousStartsAt: string | null; returnUntil: string | null; returnLink: string };
  'live-cancelled': Live & Money & { cancelledAt: string; to: 'wallet' | 'card'; walletLink: string };
  /** `live` of a ticket or a tip; `tier` and `paidUntil` of a membership. */
  receipt: Money & {
    link: string;
    what: 'ticket' | 'topup' | 'tip' | 'membership';
    at: string;
    live?: Live;
    tier?: string;
    paidUntil?: string;
  };
  /** `what` was paid, in the room of that title. */
  refund: Money & {
    link: string;
    what: PaymentKind;
    title: string | null;
    status: 'succeeded' | 'failed';
    to: 'wallet' | 'card' | 'bank';
  };
  /** Confirms a declaration of withdrawal. */
  withdrawal: Money & {
    kind: 'ticket' | 'membership' | 'topup';
    item: string;
    title: string | null;
    madeAt: string;
    link: string;
  };
  'renewal-ahead': Money & { tier: string; renewsAt: string; link: string };
  'renewal-failed': { tier: string; accessUntil: string | null; link: string };
  /** `room` is a title; null for all rooms of the creator. */
  'moderator-invitation': { creator: string; room: string | null; link: string };
  'creator-decision': { accepted: boolean; link: string };
  'account-closed': { receiptYears: number; taxReportUntil: number | null; link: string };
  /** `reason` is an operator's, or the house's own. */
  'payouts-stopped': { stopped: boolean; reason: string; link: string };
  /** `month` is like `2026-11`; an amount below zero: a credit note. */
  'self-bill': Money & { number: string; month: string; link: string };
  /** A share of 0: nothing more is held back. `reason` is an operator's. */
  reserve: { shareBps: number; days: number; reason: string; link: string };
  /**
   * To members; of an adopted opinion, and where a threshold says so, to operators. `by`: until when a vote goes on, or
   * an answer is due.
   */
  'committee-news': {
    what: 'vote_called' | 'opinion_adopted' | 'opinion_answered' | 'alarm' | 'alarm_to_operators';
    title: Record<Language, string>;
    by: string | null;
    link: string;
  };
  /** To operators. */
  'booking-waiting': Money & { reason: string; link: string };
  /** To operators: `evidenceDueAt` is the last moment for evidence. */
  dispute: Money & { status: 'inquiry' | 'open'; evidenceDueAt: string | null; link: string };
  payout: Money & { status: 'paid' | 'failed'; link: string };
  'report-received': { number: number; isByForm: boolean; link: string };
  /** `limitedUntil`: until when this person may file fewer reports. */
  'report-unfounded': { number: number; limitedUntil: string | null; link: string };
  /** A statement of reasons. `ground`: the title of an article, or a law. `appealUntil` null: it is provisional. */
  decision: {
    measures: Pick<Measure, 'kind' | 'until'>[];
    ground: Record<Language, string>;
    reasons: string;
    automated: boolean;
    /** Whether the suspension also holds payouts. */
    holdsPayouts: boolean;
    appealUntil: string | null;
    link: string;
  };
  'decision-undone': { link: string };
  'report-decided': { number: number; acted: boolean; isChanged: boolean; isByForm: boolean; link: string };
  'appeal-decided': { granted: boolean; isByReporter: boolean; reasons: string; link: string };
}

export type TemplateName = keyof LetterData;
