/** How each letter is sent: from which budget, how long it is worth it, who may stop it, and with which attachment. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import type { AddressStep, LetterData, TemplateName } from './data.ts';
import { liveEvent } from './live.ts';

/**
 * Budgets that do not touch each other, so that a flood of one kind holds up no other: `sign_in` to members, `newcomer`
 * to addresses without an account, which anybody can name; `safety`, about changes to who can sign in; `bulk` to many.
 */
export type Lane = 'sign_in' | 'newcomer' | 'safety' | 'other' | 'bulk';

/** What a person can unsubscribe from. A letter without a topic is a duty of the house, and always sent. */
export type Topic = 'lives';

interface Sending<Data> {
  /** By default `other`. */
  lane?(data: Data): Lane;
  /** Shares the budget of the lane; by default the template. */
  cause?(data: Data): string;
  topic?: Topic;
  /** How long it is worth sending; by default a week. */
  lifetimeMs?(data: Data): number | undefined;
  /** An iCalendar file. Calendars refuse one without an event. */
  event?(data: Data): string | undefined;
}

const CONSENTS: ReadonlySet<AddressStep> = new Set(['confirm_old', 'confirm_new', 'recovery_confirm']);

const SENDINGS: { readonly [Name in TemplateName]?: Sending<LetterData[Name]> } = {
  'sign-in': {
    lane: ({ isMember }) => (isMember ? 'sign_in' : 'newcomer'),
    lifetimeMs: ({ minutes }) => minutes * MINUTE_MS,
  },
  passkey: { lane: () => 'safety' },
  'oidc-binding': { lane: () => 'safety' },
  'account-closed': { lane: () => 'safety' },
  address: {
    // Letters that ask for consent go wherever somebody wants; the others tell an owner what happens to an account.
    lane: ({ step }) => (CONSENTS.has(step) ? 'other' : 'safety'),
    cause: ({ step }) => step,
    // After a day a person's own change is over, and these links with it.
    lifetimeMs: ({ step }) => (step === 'confirm_old' || step === 'confirm_new' ? DAY_MS : undefined),
  },
  'live-reminder': {
    lane: () => 'bulk',
    cause: ({ room }) => room,
    topic: 'lives',
    lifetimeMs: () => 3 * HOUR_MS,
    event: (live) => (live.startsAt === null ? undefined : liveEvent(live)),
  },
  'live-moved': {
    lane: () => 'bulk',
    cause: ({ room }) => room,
    event: ({ previousStartsAt, ...live }) => {
      const startsAt = live.startsAt ?? previousStartsAt;
      return startsAt ? liveEvent({ ...live, startsAt }, { isCancelled: !live.startsAt }) : undefined;
    },
  },
  'live-cancelled': {
    lane: () => 'bulk',
    event: ({ cancelledAt, ...live }) =>
      live.startsAt ? liveEvent({ ...live, movedAt: cancelledAt }, { isCancelled: true }) : undefined,
  },
};

export function sendingOf<Name extends TemplateName>(template: Name): Sending<LetterData[Name]> {
  return SENDINGS[template] ?? {};
}
