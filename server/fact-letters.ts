/**
 * The facts of money, roles and reports that people get a letter about: those of the house, and who gave a mail address
 * with a report by the form. Embedders write to their own people themselves.
 */
import type { AccountFacts } from './accounts/account-facts.ts';
import type { LetterData, TemplateName } from './accounts/mail/letters/template.ts';
import type { Mail } from './accounts/mail/mail.ts';
import type { MoneyFacts } from './money/money-facts.ts';
import type { Database } from './platform/db/db.ts';
import type { Fact } from './platform/outbox/outbox.ts';
import type { Language } from './protocol/accounts/people.ts';
import { ID_PREFIXES } from './protocol/ids.ts';
import type { Room } from './protocol/rooms.ts';
import type { TrustFacts } from './trust/trust-facts.ts';

export interface Contact {
  address: string;
  language: Language;
}
/** Where to write to somebody; undefined for people of embedders, and for those without an address. */
export type AddressOf = (identity: string) => Promise<Contact | undefined>;

/** To a person, or to the sender of a report by the form. */
type MoneyLetter = {
  [Name in TemplateName]: {
    identity?: string;
    report?: string;
    template: Name;
    /** A function: reads more, but only if the letter is sent. */
    data: LetterData[Name] | (() => Promise<LetterData[Name]>);
  };
}[TemplateName];

type Written = MoneyLetter | undefined;
type Facts = MoneyFacts & AccountFacts & TrustFacts;
export type LettersOf = {
  [Topic in keyof Facts]?: (data: Facts[Topic], fact: Fact) => Written | Promise<Written>;
};

export interface FactLettersOptions {
  db: Database;
  mail: Mail;
  publicUrl: string;
  addressOf: AddressOf;
  /** Letters about facts of other domains. */
  others?: LettersOf;
  /** The room of a ticket. */
  roomOf(ticket: string): Promise<Room>;
  getRoom(room: string): Promise<Room>;
  /** The mail address that was given with a report by the form, if it is one that may be written to. */
  contactOf(report: string): Promise<Contact | undefined>;
  /** The page of a report by the form. */
  reportLinkOf(report: string): string;
}

/** Why a ticket goes back by itself: its room ended, and its buyer saw no live. */
const CANCELLED = new Set(['not_held', 'live_over']);

export class FactLetters {
  readonly #options: FactLettersOptions;
  readonly #letters: LettersOf;

  constructor(options: FactLettersOptions) {
    this.#options = options;
    this.#letters = { ...this.#own, ...options.others };
  }

  /** Runs again for facts that were dispatched before; the key is the fact's id. */
  async handleFacts(facts: Fact[]): Promise<void> {
    const { db, mail, addressOf, contactOf } = this.#options;
    let isQueued = false;
    for (const fact of facts) {
      const letter = await this.#letterOf(fact);
      if (!letter) continue;
      const { identity, report } = letter;
      const to = identity ? await addressOf(identity) : report && (await contactOf(report));
      if (!to) continue;
      const { template } = letter;
      const data = typeof letter.data === 'function' ? await letter.data() : letter.data;
      const { address, language } = to;
      await db.transaction((tx) => mail.enqueue(tx, { key: `fact:${fact.id}`, to: address, language, template, data }));
      isQueued = true;
    }
    if (isQueued) mail.wake();
  }

  async #letterOf(fact: Fact): Promise<Written> {
    const letterOf = this.#letters[fact.topic as keyof Facts] as
      | ((data: unknown, fact: Fact) => Written | Promise<Written>)
      | undefined;
    return letterOf?.(fact.data, fact);
  }

  readonly #own: LettersOf = {
    'role.changed': ({ role, change, by }, { identity }) =>
      role === 'creator' && identity && by !== identity && (change === 'given' || change === 'refused')
        ? {
            identity,
            template: 'creator-decision',
            data: { accepted: change === 'given', link: this.#page(change === 'given' ? '/studio' : '/account') },
          }
        : undefined,
    'report.filed': ({ report, number }, { identity }) => ({
      ...(identity ? { identity } : { report }),
      template: 'report-received',
      data: {
        number,
        isByForm: !identity,
        link: identity ? this.#page('/reports') : this.#options.reportLinkOf(report),
      },
    }),
    'report.unfounded': ({ number, limitedUntil }, { identity }) =>
      identity
        ? { identity, template: 'report-unfounded', data: { number, limitedUntil, link: this.#page('/reports') } }
        : undefined,
    'ticket.bought': ({ ticket: { id, room, identity, priceMinor: amountMinor, currency, boughtAt: at } }) => ({
      identity,
      template: 'receipt',
      data: async () => ({
        what: 'ticket',
        ...{ amountMinor, currency, at, live: await this.#liveOf(room), link: this.#page(`/receipts/${id}`) },
      }),
    }),
    'topup.settled': ({ topup: { identity, amountMinor, currency, settledAt } }) => ({
      identity,
      template: 'receipt',
      data: { what: 'topup', amountMinor, currency, at: settledAt, link: this.#page('/wallet') },
    }),
    'membership.paid': ({ payment: { id, identity, tier, amountMinor, currency, paidAt, paidUntil } }) => ({
      identity,
      template: 'receipt',
      data: {
        what: 'membership',
        ...{ tier, amountMinor, currency, at: paidAt, paidUntil, link: this.#page(`/receipts/${id}`) },
      },
    }),
    // Tips from the wallet are in its history, and would be a letter each.
    'tips.settled': ({ tips: [tip], byCard }) =>
      tip && byCard
        ? {
            identity: tip.from.identity,
            template: 'receipt',
            data: async () => ({
              what: 'tip',
              amountMinor: tip.amountMinor,
              currency: tip.currency,
              at: tip.sentAt,
              live: await this.#liveOf(tip.room),
              link: this.#page(`/receipts/${tip.id}`),
            }),
          }
        : undefined,
    'refund.changed': async ({ refund }, { identity, createdAt: cancelledAt }) => {
      const { status, to, amountMinor, currency, payment, reason } = refund;
      if (!identity) return undefined;
      const money = { to, amountMinor, currency, link: this.#page('/wallet') };
      // A card refund is pending first: that is when the live was cancelled, and the rest is its bank's business.
      if (payment.startsWith(ID_PREFIXES.ticket) && CANCELLED.has(reason) && status !== 'failed') {
        if (to === 'card' && status !== 'pending') return undefined;
        const { id: room, title, creator, startsAt } = await this.#options.roomOf(payment);
        const live = { room, title, creator: creator.name, startsAt, cancelledAt };
        return { identity, template: 'live-cancelled', data: { ...money, ...live } };
      }
      return status === 'pending' ? undefined : { identity, template: 'refund', data: { ...money, status } };
    },
    'membership.changed': ({ change, membership: { identity, tier, accessUntil } }) =>
      change === 'past_due'
        ? {
            identity,
            template: 'renewal-failed',
            data: { tier: tier.name, accessUntil, link: this.#page('/wallet') },
          }
        : undefined,
    'payout.changed': ({ payout: { creator, status, amountMinor, currency, reversedMinor } }) =>
      status === 'pending' || reversedMinor > 0
        ? undefined
        : {
            identity: creator,
            template: 'payout',
            data: { status, amountMinor, currency, link: this.#page('/earnings') },
          },
  };

  async #liveOf(room: string): Promise<{ title: string; creator: string }> {
    const { title, creator } = await this.#options.getRoom(room);
    return { title, creator: creator.name };
  }

  #page(path: string): string {
    return `${this.#options.publicUrl}${path}`;
  }
}
