/**
 * Which fact becomes which letter: those of money, roles, reports and decisions, to people of the house, and to who
 * gave an email address with a report by the form. Embedders write to their own people themselves.
 */
import type { AccountFacts } from './accounts/account-facts.ts';
import type { LetterData, TemplateName } from './accounts/mail/letters/data.ts';
import { liveOf } from './accounts/mail/letters/live.ts';
import type { Contact, Mail } from './accounts/mail/mail.ts';
import type { MoneyFacts } from './money/money-facts.ts';
import type { Database } from './platform/db/db.ts';
import type { Fact } from './platform/outbox/outbox.ts';
import { ID_PREFIXES } from './protocol/ids.ts';
import type { PaymentKind } from './protocol/money/payment-kind.ts';
import type { Room } from './protocol/rooms.ts';
import type { Statements } from './trust/decisions/statements.ts';
import type { TrustFacts } from './trust/trust-facts.ts';

type FactLetter = {
  [Name in TemplateName]: {
    template: Name;
    /** A function: reads more, but only if the letter is sent. */
    data: LetterData[Name] | (() => Promise<LetterData[Name]>);
    /** Absent: the fact's identity; if that is absent too, the sender of the report. */
    identity?: string;
    isTo?: 'operators' | 'members';
    /** To members: without those who may not read this case. */
    of?: string | null;
    /** An operator who knows already. */
    except?: string;
    report?: string | null;
  };
}[TemplateName];

type Facts = MoneyFacts & AccountFacts & TrustFacts;
type LettersOf = {
  [Topic in keyof Facts]?: (data: Facts[Topic], fact: Fact) => FactLetter | undefined | Promise<FactLetter | undefined>;
};

export interface FactLettersOptions {
  db: Database;
  mail: Mail;
  publicUrl: string;
  /** Where to write to somebody; undefined for people of embedders, and for those without an address. */
  addressOf(identity: string): Promise<Contact | undefined>;
  /** Identities of the house's operators. */
  listOperators(): Promise<string[]>;
  /** Members of the committee; those who may read a case, where one is given. */
  listMembers(of: string | null): Promise<string[]>;
  /** Whether the creator's payout before this one was refused for the same reason. */
  isRefusedAgain(payout: string): Promise<boolean>;
  /** The email address that was given with a report by the form, if it is one that may be written to. */
  contactOf(report: string): Promise<Contact | undefined>;
  /** The page of a report by the form. */
  reportLinkOf(report: string): string;
  getRoom(room: string): Promise<Room>;
  /** What a payment was for. */
  paidOf(payment: string): Promise<{ kind: PaymentKind; room: string | null }>;
  statements: Pick<Statements, 'find' | 'findAppeal'>;
}

/** Where to read the news of the committee; operators get those of the desk. */
const NEWS_PATHS: Readonly<Record<TrustFacts['committee.news']['what'], string>> = {
  vote_called: '/seat/opinions',
  opinion_adopted: '/desk/opinions',
  opinion_answered: '/seat/opinions',
  alarm: '/seat/cases',
  alarm_to_operators: '/desk/opinions',
};

/** Why a ticket goes back by itself: its room ended, and its buyer saw no live. */
const CANCELLED = new Set(['not_held', 'live_over']);

export class FactLetters {
  readonly #options: FactLettersOptions;

  constructor(options: FactLettersOptions) {
    this.#options = options;
  }

  /** Runs again for facts that were dispatched before; the key is the fact's id. */
  async handleFacts(facts: Fact[]): Promise<void> {
    const { db, mail } = this.#options;
    let isQueued = false;
    for (const fact of facts) {
      const letterOf = this.#letters[fact.topic as keyof Facts] as LettersOf['role.changed'];
      const letter = await letterOf?.(fact.data, fact);
      const contacts = letter ? await this.#contactsOf(letter, fact) : [];
      if (!letter || contacts.length === 0) continue;
      const { template } = letter;
      const data = typeof letter.data === 'function' ? await letter.data() : letter.data;
      await db.transaction(async (tx) => {
        for (const { address: to, language, key } of contacts)
          await mail.enqueue(tx, { key, to, language, template, data });
      });
      isQueued = true;
    }
    if (isQueued) mail.wake();
  }

  async #contactsOf(letter: FactLetter, fact: Fact): Promise<(Contact & { key: string })[]> {
    const { addressOf, contactOf, listOperators, listMembers } = this.#options;
    const key = `fact:${fact.id}`;
    const identity = letter.identity ?? fact.identity;
    const found = letter.isTo
      ? (await (letter.isTo === 'operators' ? listOperators() : listMembers(letter.of ?? null)))
          .filter((one) => one !== letter.except)
          .map(async (one) => [`${key}:${one}`, await addressOf(one)] as const)
      : [[key, await (identity ? addressOf(identity) : letter.report && contactOf(letter.report))] as const];
    return (await Promise.all(found)).flatMap(([own, contact]) => (contact ? [{ ...contact, key: own }] : []));
  }

  readonly #letters: LettersOf = {
    'role.changed': ({ role, change, by }, { identity }) =>
      role === 'creator' && by !== identity && (change === 'given' || change === 'refused')
        ? {
            template: 'creator-decision',
            data: { accepted: change === 'given', link: this.#page(change === 'given' ? '/studio' : '/account') },
          }
        : undefined,
    'report.filed': ({ report, number }, { identity }) => ({
      template: 'report-received',
      report,
      data: { number, isByForm: !identity, link: this.#reportPage(report, identity) },
    }),
    'report.unfounded': (data) => ({ template: 'report-unfounded', data: { ...data, link: this.#page('/reports') } }),
    'report.decided': ({ report, ...decided }, { identity }) => ({
      template: 'report-decided',
      report,
      data: { ...decided, isByForm: !identity, link: this.#reportPage(report, identity) },
    }),
    'decision.made': async ({ decision }) => {
      const made = await this.#options.statements.find(decision);
      if (!made) return undefined;
      const { measures, reasons, automated, holdsPayouts, appealUntil, ground, title } = made;
      const law = 'law' in ground ? ground.law : ground.article;
      return {
        template: 'decision',
        data: {
          measures: measures.map(({ kind, until }) => ({ kind, until })),
          ground: title ?? { en: law, fr: law },
          ...{ reasons, automated, holdsPayouts, appealUntil, link: this.#page('/reports') },
        },
      };
    },
    'decision.undone': () => ({ template: 'decision-undone', data: { link: this.#page('/reports') } }),
    'appeal.decided': async ({ appeal: id }) => {
      const appeal = await this.#options.statements.findAppeal(id);
      if (!appeal?.outcome) return undefined;
      const { outcome, reasons, report, kind } = appeal;
      return {
        template: 'appeal-decided',
        report,
        data: {
          granted: outcome === 'granted',
          isByReporter: kind === 'reporter',
          reasons: reasons ?? '',
          link: report === null ? this.#page('/reports') : this.#options.reportLinkOf(report),
        },
      };
    },
    'ticket.bought': ({ ticket: { id, room, priceMinor: amountMinor, currency, boughtAt: at } }) => ({
      template: 'receipt',
      data: async () => ({
        what: 'ticket',
        ...{ amountMinor, currency, at, live: await this.#liveOf(room), link: this.#page(`/receipts/${id}`) },
      }),
    }),
    'topup.settled': ({ topup: { amountMinor, currency, settledAt: at } }) => ({
      template: 'receipt',
      data: { what: 'topup', amountMinor, currency, at, link: this.#page('/wallet') },
    }),
    'membership.paid': ({ payment: { id, tier, amountMinor, currency, paidAt: at, paidUntil } }) => ({
      template: 'receipt',
      data: { what: 'membership', tier, amountMinor, currency, at, paidUntil, link: this.#page(`/receipts/${id}`) },
    }),
    // Tips from the wallet are in its history, and would be a letter each.
    'tips.settled': ({ tips: [tip], byCard }) => {
      if (!tip || !byCard) return undefined;
      const { id, from, room, amountMinor, currency, sentAt: at } = tip;
      return {
        template: 'receipt',
        identity: from.identity,
        data: async () => ({
          what: 'tip',
          ...{ amountMinor, currency, at, live: await this.#liveOf(room), link: this.#page(`/receipts/${id}`) },
        }),
      };
    },
    'withdrawal.made': ({ withdrawal }) => ({
      template: 'withdrawal',
      data: { ...withdrawal, link: this.#page('/wallet') },
    }),
    'refund.changed': ({ refund }, { createdAt: cancelledAt }) => {
      const { paidOf, getRoom } = this.#options;
      const { status, to, amountMinor, currency, payment, reason, byTransfer } = refund;
      const money = { to, amountMinor, currency };
      const link = this.#page('/wallet');
      if (payment.startsWith(ID_PREFIXES.ticket) && CANCELLED.has(reason) && status !== 'failed') {
        // A card refund is pending first: that is when the live was cancelled, and the rest is its bank's business.
        if (to === 'card' && status !== 'pending') return undefined;
        return {
          template: 'live-cancelled',
          data: async () => {
            const { room } = await paidOf(payment);
            return { ...(await this.#liveOf(room ?? '')), ...money, cancelledAt, walletLink: link };
          },
        };
      }
      if (status === 'pending') return undefined;
      return {
        template: 'refund',
        data: async () => {
          const { kind: what, room } = await paidOf(payment);
          return {
            ...money,
            ...(byTransfer && { to: 'bank' }),
            status,
            what,
            title: room && (await getRoom(room)).title,
            link,
          };
        },
      };
    },
    'membership.changed': ({ change, membership: { tier, accessUntil } }) =>
      change === 'past_due'
        ? { template: 'renewal-failed', data: { tier: tier.name, accessUntil, link: this.#page('/wallet') } }
        : undefined,
    'membership.renewal_ahead': ({ membership: _, ...renewal }) => ({
      template: 'renewal-ahead',
      data: { ...renewal, link: this.#page('/wallet') },
    }),
    'payout.changed': async ({ payout: { id, status, amountMinor, currency, reversedMinor } }) => {
      if (status === 'pending' || reversedMinor > 0) return undefined;
      // It is tried again each day: one letter for one reason.
      if (status === 'failed' && (await this.#options.isRefusedAgain(id))) return undefined;
      return { template: 'payout', data: { status, amountMinor, currency, link: this.#page('/earnings') } };
    },
    // A decision is its own letter.
    'creator.payouts_changed': ({ frozen, reason, isByDecision }) =>
      isByDecision
        ? undefined
        : { template: 'payouts-stopped', data: { stopped: frozen, reason, link: this.#page('/earnings') } },
    'self_bill.issued': ({ bill: { id, number, month, totalMinor: amountMinor, currency } }) => ({
      template: 'self-bill',
      data: { number, month, amountMinor, currency, link: this.#page(`/self-bills/${id}`) },
    }),
    'creator.reserve_changed': ({ creator: _, ...data }) => ({
      template: 'reserve',
      data: { ...data, link: this.#page('/earnings') },
    }),
    'committee.news': ({ case: of, ...news }) => ({
      template: 'committee-news',
      isTo: NEWS_PATHS[news.what].startsWith('/desk') ? 'operators' : 'members',
      of,
      data: { ...news, link: this.#page(NEWS_PATHS[news.what]) },
    }),
    'booking.waiting': ({ by, ...data }) => ({
      template: 'booking-waiting',
      isTo: 'operators',
      except: by,
      data: { ...data, link: this.#page('/desk/bookings') },
    }),
    'dispute.changed': ({ dispute: { status, amountMinor, currency, evidenceDueAt } }) =>
      status === 'inquiry' || status === 'open'
        ? {
            template: 'dispute',
            isTo: 'operators',
            data: { status, amountMinor, currency, evidenceDueAt, link: this.#page('/desk/disputes') },
          }
        : undefined,
  };

  async #liveOf(room: string) {
    return liveOf(await this.#options.getRoom(room), this.#options.publicUrl);
  }

  #reportPage(report: string, reporter: string | null): string {
    return reporter ? this.#page('/reports') : this.#options.reportLinkOf(report);
  }

  #page(path: string): string {
    return `${this.#options.publicUrl}${path}`;
  }
}
