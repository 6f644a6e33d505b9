/**
 * The facts of money and of roles that people of the house get a letter about. Embedders write to their own people
 * themselves.
 */
import type { AccountFacts } from './accounts/account-facts.ts';
import type { LetterData, TemplateName } from './accounts/mail/letters/template.ts';
import type { Mail } from './accounts/mail/mail.ts';
import type { MoneyFacts } from './money/money-facts.ts';
import type { Database } from './platform/db/db.ts';
import type { Fact } from './platform/outbox/outbox.ts';
import type { Language } from './protocol/people.ts';

/** Where to write to somebody; undefined for people of embedders, and for those without an address. */
export type AddressOf = (identity: string) => Promise<{ address: string; language: Language } | undefined>;

type MoneyLetter = {
  [Name in TemplateName]: { identity: string; template: Name; data: LetterData[Name] };
}[TemplateName];

type Facts = MoneyFacts & AccountFacts;
type LettersOf = { [Topic in keyof Facts]?: (data: Facts[Topic], fact: Fact) => MoneyLetter | undefined };

export class MoneyLetters {
  readonly #options: { db: Database; mail: Mail; publicUrl: string; addressOf: AddressOf };

  constructor(options: { db: Database; mail: Mail; publicUrl: string; addressOf: AddressOf }) {
    this.#options = options;
  }

  /** Runs again for facts that were dispatched before; the key is the fact's id. */
  async handleFacts(facts: Fact[]): Promise<void> {
    const { db, mail, addressOf } = this.#options;
    for (const fact of facts) {
      const letter = this.#letterOf(fact);
      const to = letter && (await addressOf(letter.identity));
      if (!letter || !to) continue;
      const { template, data } = letter;
      const { address, language } = to;
      await db.transaction((tx) => mail.enqueue(tx, { key: `fact:${fact.id}`, to: address, language, template, data }));
    }
    mail.wake();
  }

  #letterOf(fact: Fact): MoneyLetter | undefined {
    const letterOf = this.#letters[fact.topic as keyof Facts] as
      | ((data: unknown, fact: Fact) => MoneyLetter | undefined)
      | undefined;
    return letterOf?.(fact.data, fact);
  }

  readonly #letters: LettersOf = {
    'role.changed': ({ role, change, by }, { identity }) =>
      role === 'creator' && identity && by !== identity && (change === 'given' || change === 'refused')
        ? {
            identity,
            template: 'creator-decision',
            data: { accepted: change === 'given', link: this.#page(change === 'given' ? '/studio' : '/account') },
          }
        : undefined,
    'ticket.bought': ({ ticket: { id, identity, priceMinor, currency, boughtAt } }) => ({
      identity,
      template: 'receipt',
      data: { what: 'ticket', amountMinor: priceMinor, currency, at: boughtAt, link: this.#page(`/receipts/${id}`) },
    }),
    'topup.settled': ({ topup: { identity, amountMinor, currency, settledAt } }) => ({
      identity,
      template: 'receipt',
      data: { what: 'topup', amountMinor, currency, at: settledAt, link: this.#page('/wallet') },
    }),
    'refund.changed': ({ refund: { status, to, amountMinor, currency } }, { identity }) =>
      status === 'pending' || !identity
        ? undefined
        : { identity, template: 'refund', data: { status, to, amountMinor, currency, link: this.#page('/wallet') } },
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

  #page(path: string): string {
    return `${this.#options.publicUrl}${path}`;
  }
}
