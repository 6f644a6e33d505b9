/**
 * How a person of the house becomes an operator, or a member of the committee: by a one-time link for their mail
 * address, which they accept signed in with a passkey or at the house's OpenID provider. The link alone is worth
 * nothing: it also takes the mailbox. Called by the gateway and by `npm run operators`.
 */
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { OperatorInvitation } from '../../protocol/accounts/operators.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OpenInvitation } from '../../protocol/roles.ts';
import type { Appointment } from '../../protocol/trust/committee.ts';
import { parseAddress } from '../people/mail-addresses.ts';
import { PeopleStore } from '../people/people.store.ts';
import type { Roles } from '../roles/roles.ts';
import { createSecret, digest } from '../secrets.ts';
import { OperatorsStore } from './operators.store.ts';

interface OperatorsOptions {
  db: Database;
  clock: Clock;
  roles: Pick<Roles, 'give' | 'wake'>;
  /** Gives the seat of an invitation, in the transaction that uses it. */
  appoint: Appoint;
  publicUrl: string;
}

export type Appoint = (tx: Orm, given: { person: string; appointment: Appointment; by: string }) => Promise<void>;

/** What an invitation gives. */
export type InvitationGift = 'operator' | 'seat';

/** Where a page goes on once an invitation was accepted. */
export const GIFT_PATHS: Readonly<Record<InvitationGift, string>> = { operator: '/desk', seat: '/seat' };

export class Operators {
  readonly #store: OperatorsStore;
  readonly #people: PeopleStore;
  readonly #options: OperatorsOptions;

  constructor(options: OperatorsOptions) {
    this.#store = new OperatorsStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#options = options;
  }

  /** The link is only in this answer. */
  async invite(given: string, by: string, appointment: Appointment | null = null): Promise<OperatorInvitation> {
    const address = parseAddress(given);
    const token = createSecret();
    await this.#store.deleteExpired(isoIn(this.#options.clock, -DAY_MS));
    const hours = appointment ? LIMITS.seatInvitationHours : LIMITS.operatorInvitationHours;
    const expiresAt = isoIn(this.#options.clock, hours * HOUR_MS);
    await this.#store.insert({
      ...{ id: createId('operatorInvitation'), address, linkDigest: digest(token), expiresAt, appointment },
      ...{ createdAt: isoIn(this.#options.clock), createdBy: by },
    });
    const parameter = appointment ? 'seat' : 'operator';
    return { address, url: `${this.#options.publicUrl}/account?${parameter}=${token}`, expiresAt };
  }

  async listInvitations(): Promise<OpenInvitation[]> {
    const rows = await this.#store.listOpen(isoIn(this.#options.clock));
    return rows.map(({ address, appointment, expiresAt }) => ({
      ...{ address, seat: (appointment?.seat as Id<'committeeSeat'> | undefined) ?? null, expiresAt: iso(expiresAt) },
    }));
  }

  /** Uses the invitation up, and gives what it is for. */
  async accept(token: string, person: string): Promise<InvitationGift> {
    const linkDigest = await this.find(token, person);
    const gave = await this.#options.db.transaction((tx) => this.use(tx, linkDigest, person));
    this.#options.roles.wake();
    return gave;
  }

  /** The digest of an unused invitation that is for this person. */
  async find(token: string, person: string): Promise<string> {
    const linkDigest = digest(token);
    const invitation = await this.#store.findOpen(linkDigest, isoIn(this.#options.clock));
    if (!invitation) throw new AppError('desk_link_invalid');
    const addresses = await this.#people.addressesOf(person);
    if (!addresses.includes(invitation.address)) throw new AppError('invitation_for_another');
    return linkDigest;
  }

  /** In the caller's transaction, after whose commit it wakes the roles. */
  async use(tx: Orm, linkDigest: string, person: string): Promise<InvitationGift> {
    const used = await this.#store.use(tx, linkDigest, { at: isoIn(this.#options.clock), person });
    if (!used) throw new AppError('desk_link_invalid');
    const { appointment, createdBy: by } = used;
    if (appointment) await this.#options.appoint(tx, { person, appointment, by });
    else await this.#options.roles.give({ person, role: 'operator', by }, tx);
    return appointment ? 'seat' : 'operator';
  }
}
