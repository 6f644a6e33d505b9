/**
 * Changes of a person's mail address, which is the key to their account: both mailboxes agree, and the old one can
 * object for a week. For somebody who has lost mailbox and passkeys an operator begins a recovery, which waits for days
 * and which the old mailbox can stop. Called by the gateway.
 */
import { type Clock, DAY_MS, iso, isoIn, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { AddressChange, Recovery, RecoveryInput } from '../../protocol/accounts/addresses.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { type AddressChangeId, createId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { LetterData } from '../mail/letters/template.ts';
import type { Mail } from '../mail/mail.ts';
import { parseAddress } from '../people/mail-addresses.ts';
import { PeopleStore } from '../people/people.store.ts';
import type { PersonSessions } from '../people/person-sessions.ts';
import type { StrongSignIns } from '../people/strong-sign-ins.ts';
import { createSecret, digest } from '../secrets.ts';
import { type AddressChangeRow, AddressesStore, type Side } from './addresses.store.ts';

const CONFIRM_MS = DAY_MS;
/** How long a recovery that is due waits for the new mailbox to confirm. */
const RECOVERY_OPEN_MS = 14 * DAY_MS;
const OBJECTION_MS = LIMITS.objectionDays * DAY_MS;
/** Passkeys that were added this long before a change that is objected to may be the thief's. */
const SUSPECT_MS = 7 * DAY_MS;
const KEPT_MS = 90 * DAY_MS;

export const ADDRESS_CONFIRM_PATH = '/account/address/confirm';
export const ADDRESS_OBJECT_PATH = '/account/address/object';

interface AddressesOptions {
  db: Database;
  clock: Clock;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  sessions: PersonSessions;
  strongSignIns: Pick<StrongSignIns, 'removeAll'>;
  publicUrl: string;
}

export class Addresses {
  readonly #store: AddressesStore;
  readonly #people: PeopleStore;
  readonly #options: AddressesOptions;

  constructor(options: AddressesOptions) {
    this.#store = new AddressesStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#options = options;
  }

  /** The change that waits for confirmations. */
  async find(person: string): Promise<AddressChange | null> {
    const row = await this.#store.findOpenOf(person, isoIn(this.#options.clock));
    return row?.kind === 'own' ? toWire(row) : null;
  }

  /** Asks both mailboxes. The answer does not tell whether the new address has an account; its mailbox learns it. */
  async request(person: string, given: string): Promise<AddressChange> {
    const newAddress = parseAddress(given);
    const { language, oldAddress } = await this.#contactOf(person);
    if (newAddress === oldAddress) throw new AppError('invalid_request', 'This is your address already.');
    const change = this.#create({ person, kind: 'own', oldAddress, newAddress, createdBy: person });
    await this.#begin(change.row, async (tx) => {
      const { old, fresh, objection } = change.links;
      await this.#send(tx, { row: change.row, to: 'old', language, step: 'confirm_old', links: [old, objection] });
      await this.#send(tx, { row: change.row, to: 'new', language, step: 'confirm_new', links: [fresh] });
    });
    return toWire(change.row);
  }

  /** Begins a recovery: the old mailbox can stop it, the new one confirms it. */
  async beginRecovery(person: string, { address, reason }: RecoveryInput, by: string): Promise<Recovery> {
    const newAddress = parseAddress(address);
    const { language, oldAddress } = await this.#contactOf(person);
    const owner = await this.#store.ownerOf(newAddress);
    if (owner !== undefined && owner !== person) throw new AppError('address_taken');
    const change = this.#create({ person, kind: 'recovery', oldAddress, newAddress, createdBy: by, reason });
    await this.#begin(change.row, async (tx) => {
      const { fresh, objection } = change.links;
      const isSame = oldAddress === newAddress;
      await this.#send(tx, { row: change.row, to: 'old', language, step: 'recovery_notice', links: [objection] });
      if (isSame) await this.#store.confirm(tx, change.row.id, 'new', change.row.createdAt);
      else await this.#send(tx, { row: change.row, to: 'new', language, step: 'recovery_confirm', links: [fresh] });
    });
    return toRecovery(change.row);
  }

  /** The person with this id or mail address. */
  async findPerson(account: string): Promise<string> {
    const person = account.includes('@')
      ? await this.#store.ownerOf(parseAddress(account))
      : (await this.#people.find(account))?.id;
    if (person === undefined) throw new AppError('person_not_found');
    return person;
  }

  async listRecoveries(): Promise<Recovery[]> {
    return (await this.#store.listRecoveries(isoIn(this.#options.clock, -KEPT_MS))).map(toRecovery);
  }

  /** The person withdraws, or an operator. Idempotent. */
  async withdraw(person: string): Promise<void> {
    await this.#options.db.transaction((tx) => this.#store.endOpenOf(tx, person, isoIn(this.#options.clock)));
  }

  /** What a link is for. Reading does not use it up, because mail scanners open links. */
  async findConfirmation(token: string): Promise<{ oldAddress: string; newAddress: string; side: Side }> {
    const row = await this.#store.findByConfirmation(digest(token), isoIn(this.#options.clock));
    if (!row) throw new AppError('address_link_invalid');
    return { ...row, side: row.newDigest === digest(token) ? 'new' : 'old' };
  }

  /** True once the change is done. */
  async confirm(token: string): Promise<boolean> {
    const row = await this.#store.findByConfirmation(digest(token), isoIn(this.#options.clock));
    if (!row) throw new AppError('address_link_invalid');
    const side = row.newDigest === digest(token) ? 'new' : 'old';
    const owner = side === 'new' ? await this.#store.ownerOf(row.newAddress) : undefined;
    if (owner !== undefined && owner !== row.person) throw new AppError('address_taken');
    await this.#options.db.transaction((tx) => this.#store.confirm(tx, row.id, side, isoIn(this.#options.clock)));
    // A recovery that is due by a clock in doubt waits for the next sweep.
    const mustWait = row.kind === 'recovery' && this.#options.clock.isInDoubt;
    const outcome = mustWait ? 'waiting' : await this.#finish(row.id, row.person);
    if (outcome === 'taken') throw new AppError('address_taken');
    return outcome === 'done';
  }

  async findObjection(token: string): Promise<{ oldAddress: string; newAddress: string }> {
    const row = await this.#store.findByObjection(digest(token), this.#objectable());
    if (!row) throw new AppError('address_link_invalid');
    return row;
  }

  /**
   * Stops the change or undoes it with all later ones, and signs out everywhere. Passkeys that may be a thief's are
   * removed. Earlier changes can still be objected to: an older mailbox outranks a newer one.
   */
  async object(token: string): Promise<void> {
    const at = isoIn(this.#options.clock);
    await this.#options.db.transaction(async (tx) => {
      const row = await this.#store.findByObjection(digest(token), this.#objectable(), tx);
      if (!row) throw new AppError('address_link_invalid');
      const { person, oldAddress, newAddress } = row;
      await this.#people.lock(tx, person);
      await this.#store.endFrom(tx, row, at);
      if (row.doneAt !== null && oldAddress !== newAddress) {
        await this.#store.takeBack(tx, { person, address: oldAddress, at });
      }
      const suspectSince = iso(Date.parse(row.createdAt) - SUSPECT_MS);
      await this.#options.strongSignIns.removeAll(tx, person, suspectSince);
      await this.#options.sessions.revokeAll(person, tx);
    });
    this.#options.sessions.wake();
  }

  /** Recoveries whose time has come. */
  async sweep(): Promise<void> {
    const { clock } = this.#options;
    for (const { id, person } of await this.#store.listReady(isoIn(clock))) await this.#finish(id, person);
    await this.#store.deleteOld(isoIn(clock, -KEPT_MS));
  }

  async #begin(row: AddressChangeRow, send: (tx: Orm) => Promise<void>): Promise<void> {
    await this.#options.db.transaction(async (tx) => {
      await this.#people.lock(tx, row.person);
      const today = await this.#store.countSince(tx, row.person, isoIn(this.#options.clock, -DAY_MS));
      if (today >= LIMITS.addressChangesPerDay)
        throw new AppError('rate_limited', 'This was tried too often. Try again tomorrow.');
      await this.#store.endOpenOf(tx, row.person, row.createdAt);
      await this.#store.insert(tx, row);
      await send(tx);
    });
    this.#options.mail.wake();
  }

  /** `taken`: another person has made an account with the new address meanwhile, so the change has ended. */
  async #finish(id: string, person: string): Promise<'done' | 'waiting' | 'taken'> {
    const at = isoIn(this.#options.clock);
    const objection = createSecret();
    const { publicUrl } = this.#options;
    const outcome = await this.#options.db.transaction(async (tx) => {
      const { language = 'en' } = (await this.#people.lock(tx, person)) ?? {};
      const row = await this.#store.finish(tx, { id, at, lateObjectionDigest: digest(objection) });
      if (!row) return 'waiting';
      const { oldAddress: from, newAddress: to, kind } = row;
      if (from !== to && !(await this.#store.replaceAddress(tx, { person, from, to, at }))) {
        await this.#store.end(tx, id, at);
        // The page says so of one's own change; a recovery ends days after the page was left.
        if (kind === 'recovery') {
          await this.#send(tx, { row, to: 'new', language, step: 'recovery_taken', links: [`${publicUrl}/account`] });
        }
        return 'taken';
      }
      if (kind === 'recovery') {
        await this.#store.endOthers(tx, row, at);
        await this.#options.strongSignIns.removeAll(tx, person);
        await this.#options.sessions.revokeAll(person, tx);
      }
      const links = [`${publicUrl}${ADDRESS_OBJECT_PATH}/${objection}`];
      await this.#send(tx, { row, to: 'old', language, step: 'done_old', links });
      if (kind === 'recovery') {
        await this.#send(tx, { row, to: 'new', language, step: 'done_new', links: [`${publicUrl}/sign-in`] });
      }
      return 'done';
    });
    this.#options.sessions.wake();
    this.#options.mail.wake();
    return outcome;
  }

  #create(
    given: Pick<AddressChangeRow, 'person' | 'kind' | 'oldAddress' | 'newAddress' | 'createdBy'> & { reason?: string },
  ) {
    const tokens = { old: createSecret(), fresh: createSecret(), objection: createSecret() };
    const waitMs = given.kind === 'recovery' ? LIMITS.recoveryDays * DAY_MS : 0;
    const row: AddressChangeRow = {
      ...given,
      id: createId('addressChange'),
      reason: given.reason ?? null,
      oldDigest: digest(tokens.old),
      newDigest: digest(tokens.fresh),
      objectionDigest: digest(tokens.objection),
      lateObjectionDigest: null,
      createdAt: isoIn(this.#options.clock),
      oldConfirmedAt: null,
      newConfirmedAt: null,
      dueAt: isoIn(this.#options.clock, waitMs),
      expiresAt: isoIn(this.#options.clock, given.kind === 'recovery' ? waitMs + RECOVERY_OPEN_MS : CONFIRM_MS),
      doneAt: null,
      endedAt: null,
    };
    const { publicUrl } = this.#options;
    const links = {
      old: `${publicUrl}${ADDRESS_CONFIRM_PATH}/${tokens.old}`,
      fresh: `${publicUrl}${ADDRESS_CONFIRM_PATH}/${tokens.fresh}`,
      objection: `${publicUrl}${ADDRESS_OBJECT_PATH}/${tokens.objection}`,
    };
    return { row, links };
  }

  async #send(
    tx: Orm,
    letter: {
      row: AddressChangeRow;
      to: Side;
      language: Language;
      step: LetterData['address']['step'];
      links: string[];
    },
  ): Promise<void> {
    const { row, to, language, step, links } = letter;
    const { oldAddress, newAddress, dueAt } = row;
    const [link = '', objection = null] = links;
    await this.#options.mail.enqueue(tx, {
      key: `${row.id}:${step}`,
      to: to === 'old' ? oldAddress : newAddress,
      language,
      template: 'address',
      data: { step, newAddress, link, objection, dueAt },
    });
  }

  async #contactOf(person: string): Promise<{ language: Language; oldAddress: string }> {
    const [row, [oldAddress]] = await Promise.all([this.#people.find(person), this.#people.addressesOf(person)]);
    if (!row || oldAddress === undefined) throw new AppError('person_not_found');
    return { language: row.language, oldAddress };
  }

  #objectable() {
    return { at: isoIn(this.#options.clock), doneSince: isoIn(this.#options.clock, -OBJECTION_MS) };
  }
}

function toWire({ newAddress, oldConfirmedAt, newConfirmedAt, expiresAt }: AddressChangeRow): AddressChange {
  return {
    newAddress,
    isOldConfirmed: oldConfirmedAt !== null,
    isNewConfirmed: newConfirmedAt !== null,
    expiresAt: iso(expiresAt),
  };
}

function toRecovery(row: AddressChangeRow): Recovery {
  return {
    id: row.id as AddressChangeId,
    person: row.person,
    newAddress: row.newAddress,
    reason: row.reason ?? '',
    by: row.createdBy,
    createdAt: iso(row.createdAt),
    dueAt: iso(row.dueAt),
    confirmedAt: isoOrNull(row.newConfirmedAt),
    doneAt: isoOrNull(row.doneAt),
    endedAt: isoOrNull(row.endedAt),
  };
}
