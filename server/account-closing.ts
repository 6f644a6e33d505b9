/**
 * Closing a person's account, over all domains: what still waits, and the end of roles, sessions and personal data. The
 * books keep amounts, and issued receipts their buyer's name, for as long as the law asks. It uses the erasure of each
 * domain (`participant-data.ts`).
 */
import type { Mail } from './accounts/mail/mail.ts';
import type { People } from './accounts/people/people.ts';
import type { Moderators } from './accounts/roles/moderators.ts';
import type { Roles } from './accounts/roles/roles.ts';
import type { Actor } from './chat/moderation/acts.store.ts';
import type { Money } from './money/money.ts';
import type { ParticipantData } from './participant-data.ts';
import type { Orm } from './platform/db/db.ts';
import type { ParticipantErasure } from './protocol/accounts/accounts.ts';
import type { AccountClosing as ClosingView } from './protocol/accounts/people.ts';
import type { Committee } from './trust/committee/committee.ts';

interface AccountClosingOptions {
  mail: Mail;
  people: People;
  roles: Roles;
  moderators: Moderators;
  committee: Committee;
  money: Money;
  participantData: ParticipantData;
  receiptYears: number;
  publicUrl: string;
}

/** On record as who erases, since no person's name may stay. */
const HOUSE = { identity: 'house', name: 'house', role: 'server' } as const;

export class AccountClosing {
  readonly #options: AccountClosingOptions;

  constructor(options: AccountClosingOptions) {
    this.#options = options;
  }

  /** What has to end before, and what the person would lose. */
  async look(person: string): Promise<ClosingView> {
    const { participantData, money, receiptYears } = this.#options;
    const [openMatters, tickets, taxReportUntil] = await Promise.all([
      participantData.findOpenMatters(person),
      money.findTicketsToCome(person),
      money.creatorBusinesses.keptUntil(person),
    ]);
    return { openMatters, tickets, receiptYears, taxReportUntil };
  }

  /**
   * Refused with `erasure_blocked` while something is open, and with `last_operator`; with `forbidden` where somebody
   * else closes the account of a member of the committee. Every step is idempotent: an
   * interrupted closing is completed by repeating it, as the address stays until the data are erased.
   */
  async close(person: string, by: string): Promise<ParticipantErasure> {
    const { roles, moderators, committee, people, participantData, mail, money } = this.#options;
    const address = await people.addressOf(person);
    const taxReportUntil = await money.creatorBusinesses.keptUntil(person);
    // What can be refused comes first, then the provider, which may not answer: nothing has ended until then.
    await participantData.assertErasable(person);
    await roles.assertMayLeave(person);
    await committee.assertMayClose(person, by);
    await money.cards.removeAll(person);
    await roles.endAll({ person, by });
    for (const { person: moderator, scope } of await roles.moderatorsOf(person)) {
      await roles.end({ person: moderator, role: 'moderator', scope, by });
    }
    await moderators.withdraw({ creator: person });
    await people.sessions.revokeAll(person);
    // Together: the letter says that the data are erased, and afterwards the address is not known any more.
    const erasure = await participantData.erase(person, HOUSE, async (tx) => {
      // Roles and seats that were given meanwhile.
      await roles.endAll({ person, by }, tx);
      await committee.endAll(person, tx);
      await money.refunds.closeWallet(tx, person);
      if (address) await this.#enqueueLetter(tx, person, { ...address, taxReportUntil });
    });
    roles.wake();
    mail.wake();
    return erasure;
  }

  /** Erases anybody: a person of the house by closing their account. */
  async erase(identity: string, actor: Actor): Promise<ParticipantErasure> {
    const { people, participantData } = this.#options;
    if (await people.find(identity)) return this.close(identity, actor.identity);
    return participantData.erase(identity, actor);
  }

  async #enqueueLetter(
    tx: Orm,
    person: string,
    {
      address,
      language,
      taxReportUntil,
    }: NonNullable<Awaited<ReturnType<People['addressOf']>>> & {
      taxReportUntil: number | null;
    },
  ): Promise<void> {
    const { mail, receiptYears, publicUrl } = this.#options;
    const data = { receiptYears, taxReportUntil, link: `${publicUrl}/` };
    const letter = { key: `closed:${person}`, to: address, language, data };
    await mail.enqueue(tx, { ...letter, template: 'account-closed' });
  }
}
