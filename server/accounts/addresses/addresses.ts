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
import * as LIMITS from '../../protocol/limits.ts';
import type { LetterData } from '../mail/letters/data.ts';
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
/** Changes of one person that a link of an older letter follows. */
const FOLLOWED_MAX = 20;

export const ADDRESS_CONFIRM_PATH = '/account/address/confirm';
export const ADDRESS_OBJECT_PATH = '/account/address/object';

/** What a link of a letter does, or what became of it. */
export interface AddressLink {
  purpose: 'confirm' | 'object';
  /** Of a confirmation. */
  side: Side;
  /** `agreed`: this mailbox has, and the change waits. `stopped`: by the old mailbox. */
  state: 'open' | 'agreed' | 'done' | 'stopped' | 'ended' | 'expired';
  oldAddress: string;
  newAddress: string;
}

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
    return toRecovery(change.row, this.#options.clock.now());
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
    const { clock } = this.#options;
    return (await this.#store.listRecoveries(isoIn(clock, -KEPT_MS))).map((row) => toRecovery(row, clock.now()));
  }

  /** Where the person who had an address then has their mail by now; changes are known for three months. */
  async followAddress(address: string, since: string): Promise<string> {
    let found = { newAddress: address, doneAt: since };
    for (let steps = 0; steps < FOLLOWED_MAX; steps += 1) {
      const next = await this.#store.findChangeFrom(found.newAddress, found.doneAt);
      if (!next) break;
      found = next;
    }
    return found.newAddress;
  }

  /** The person withdraws, or an operator. Idempotent. */
  async withdraw(person: string): Promise<void> {
    const end = { at: isoIn(this.#options.clock), because: 'withdrawn' } as const;
    await this.#options.db.transaction((tx) => this.#store.endOpenOf(tx, person, end));
  }

  /** What a link does, or what became of it. Reading does not use it up, because mail scanners open links. */
  async findLink(token: string, purpose: AddressLink['purpose']): Promise<AddressLink> {
    return this.#linkOf(await this.#store.findByLink(digest(token)), token, purpose);
  }

  /** Of a mailbox that has agreed before, tells what became of the change. */
  async confirm(token: string): Promise<AddressLink> {
    const row = await this.#store.findByLink(digest(token));
    const link = this.#linkOf(row, token, 'confirm');
    if (!row || link.state !== 'open') return link;
    const owner = link.side === 'new' ? await this.#store.ownerOf(row.newAddress) : undefined;
    if (owner !== undefined && owner !== row.person) throw new AppError('address_taken');
    await this.#options.db.transaction((tx) => this.#store.confirm(tx, row.id, link.side, isoIn(this.#options.clock)));
    // A recovery that is due by a clock in doubt waits for the next sweep.
    const mustWait = row.kind === 'recovery' && this.#options.clock.isInDoubt;
    if (!mustWait && (await this.#finish(row.id, row.person)) === 'taken') throw new AppError('address_taken');
    // Where both mailboxes agree at once, either call may be the one that has done it. Nothing is left of the change
    // where the account was erased meanwhile.
    const now = await this.#store.findByLink(digest(token));
    return now ? this.#linkOf(now, token, 'confirm') : { ...link, state: 'ended' };
  }

  /**
   * Stops the change or undoes it with all later ones, and signs out everywhere. Passkeys that may be a thief's are
   * removed. Earlier changes can still be objected to: an older mailbox outranks a newer one. An address that another
   * person has by now stays theirs, and they are written to.
   */
  async object(token: string): Promise<AddressLink> {
    const { db, sessions, strongSignIns, mail } = this.#options;
    const at = isoIn(this.#options.clock);
    const outcome = await db.transaction(async (tx) => {
      const row = await this.#store.findByLink(digest(token), tx);
      const link = this.#linkOf(row, token, 'object');
      if (!row || link.state !== 'open') return link;
      const { person, oldAddress: address, newAddress } = row;
      await this.#people.lock(tx, person);
      if (row.doneAt !== null && address !== newAddress) {
        if (!(await this.#store.takeBack(tx, { person, address, at }))) {
          await this.#tellOwner(tx, row);
          return undefined;
        }
      }
      await this.#store.endFrom(tx, row, { at, because: 'objection' });
      await strongSignIns.removeAll(tx, person, iso(Date.parse(row.createdAt) - SUSPECT_MS));
      await sessions.revokeAll(person, tx);
      return { ...link, state: 'stopped' as const };
    });
    sessions.wake();
    mail.wake();
    if (!outcome) throw new AppError('address_taken');
    return outcome;
  }

  async #tellOwner(tx: Orm, row: AddressChangeRow): Promise<void> {
    const owner = await this.#store.ownerOf(row.oldAddress, tx);
    const { language } = (owner === undefined ? undefined : await this.#people.find(owner, tx)) ?? { language: 'en' };
    const until = iso(Date.parse(row.doneAt ?? row.createdAt) + OBJECTION_MS);
    const links = [`${this.#options.publicUrl}/account`];
    const letter = { to: 'old', language, step: 'objection_refused', links } as const;
    await this.#send(tx, { ...letter, row: { ...row, dueAt: until } });
  }

  #linkOf(row: AddressChangeRow | undefined, token: string, purpose: AddressLink['purpose']): AddressLink {
    const isObjection = row && [row.objectionDigest, row.lateObjectionDigest].includes(digest(token));
    if (!row || isObjection !== (purpose === 'object')) throw new AppError('address_link_invalid');
    const { oldAddress, newAddress } = row;
    const side = row.newDigest === digest(token) ? 'new' : 'old';
    const nowMs = this.#options.clock.now();
    const state = isObjection ? objectionState(row, nowMs) : confirmationState(row, side, nowMs);
    return { purpose, side, state, oldAddress, newAddress };
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
      await this.#store.endOpenOf(tx, row.person, { at: row.createdAt, because: 'replaced' });
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
        await this.#store.end(tx, id, { at, because: 'taken' });
        // The page says so of one's own change; a recovery ends days after the page was left.
        if (kind === 'recovery') {
          await this.#send(tx, { row, to: 'new', language, step: 'recovery_taken', links: [`${publicUrl}/account`] });
        }
        return 'taken';
      }
      if (kind === 'recovery') {
        await this.#store.endOthers(tx, row, { at, because: 'replaced' });
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
      endedBecause: null,
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
}

function isOver({ expiresAt }: AddressChangeRow, nowMs: number): boolean {
  return Date.parse(expiresAt) <= nowMs;
}

function confirmationState(row: AddressChangeRow, side: Side, nowMs: number): AddressLink['state'] {
  if (row.endedAt !== null) return row.endedBecause === 'objection' ? 'stopped' : 'ended';
  if (row.doneAt !== null) return 'done';
  if (isOver(row, nowMs)) return 'expired';
  return (side === 'old' ? row.oldConfirmedAt : row.newConfirmedAt) === null ? 'open' : 'agreed';
}

/** One that waits can be stopped, one that is done can be undone for a while. */
function objectionState(row: AddressChangeRow, nowMs: number): AddressLink['state'] {
  if (row.endedAt !== null) return row.endedBecause === 'objection' ? 'stopped' : 'ended';
  const isLate = row.doneAt === null ? isOver(row, nowMs) : nowMs - Date.parse(row.doneAt) >= OBJECTION_MS;
  return isLate ? 'expired' : 'open';
}

function toWire({ newAddress, oldConfirmedAt, newConfirmedAt, expiresAt }: AddressChangeRow): AddressChange {
  return {
    newAddress,
    isOldConfirmed: oldConfirmedAt !== null,
    isNewConfirmed: newConfirmedAt !== null,
    expiresAt: iso(expiresAt),
  };
}

function toRecovery(row: AddressChangeRow, nowMs: number): Recovery {
  const hasExpired = row.doneAt === null && isOver(row, nowMs);
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
    endedAt: isoOrNull(row.endedAt ?? (hasExpired ? row.expiresAt : null)),
  };
}
