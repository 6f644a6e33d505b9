/**
 * Passkeys: adding, naming and removing them, signing in with one, and confirming a session with one. Called by the
 * gateway, which owns the cookies and rate limits; knows nothing of the acts that need a confirmed session.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type PasskeyId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type {
  NewPasskey,
  Passkey,
  PasskeyCreationOptions,
  PasskeyProof,
  PasskeyRequestOptions,
} from '../../protocol/passkeys.ts';
import type { Language } from '../../protocol/people.ts';
import type { Mail } from '../mail/mail.ts';
import { PeopleStore } from '../people/people.store.ts';
import type { PersonSessions } from '../people/person-sessions.ts';
import { isConfirmed, isRecent, type SessionProof } from '../people/session-strength.ts';
import { challengeOf, creationOptions, requestOptions, type Site, verifyCreation, verifyProof } from './ceremonies.ts';
import { type ChallengeRow, type PasskeyRow, PasskeysStore } from './passkeys.store.ts';

export interface PasskeysOptions {
  db: Database;
  clock: Clock;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  sessions: PersonSessions;
  publicUrl: string;
  /** Shown by the browser next to the passkey. */
  houseName: string;
}

interface Contact {
  to: string;
  language: Language;
}

/** A signed-in person, and the browser that asks: a random value in its cookie. */
interface Owner {
  browser: string;
  person: string;
  session: SessionProof;
}

interface Use {
  browser: string;
  device: string;
  /** Who confirms; undefined for a stranger who signs in. */
  signedIn: Pick<Owner, 'person' | 'session'> | undefined;
}

export class Passkeys {
  readonly #store: PasskeysStore;
  readonly #people: PeopleStore;
  readonly #options: PasskeysOptions;
  readonly #site: Site;

  constructor(options: PasskeysOptions) {
    this.#store = new PasskeysStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#options = options;
    const { origin, hostname } = new URL(options.publicUrl);
    this.#site = { origin, rpId: hostname, name: options.houseName };
  }

  /** A person's first passkey needs a recent sign-in, each further one the confirmation with a passkey. */
  async offerToAdd({ browser, person, session }: Owner): Promise<PasskeyCreationOptions> {
    const passkeys = await this.#store.list(person);
    this.#assertMayAdd(passkeys, session);
    const row = await this.#people.find(person);
    const [address] = await this.#people.addressesOf(person);
    const options = await creationOptions(this.#site, { id: person, name: address ?? row?.name ?? person, passkeys });
    await this.#keepChallenge({ challenge: options.challenge, purpose: 'add', browser, person });
    return options;
  }

  /** Adds a passkey, and confirms the session with it; the session's new secret is only in this answer. */
  async add(owner: Owner & { device: string }, answer: NewPasskey): Promise<{ passkey: Passkey; secret: string }> {
    const { browser, person, session, device } = owner;
    const challenge = await this.#takeChallenge(answer, { purpose: 'add', browser, person });
    const credential = await verifyCreation(this.#site, answer, challenge);
    if (!credential) throw new AppError('passkey_invalid');
    const createdAt = this.#isoIn(0);
    const id = createId('passkey');
    const name = device || 'Passkey';
    const contact = await this.#contactOf(person);
    const added = await this.#store.transaction(async (tx) => {
      await this.#people.lock(tx, person);
      this.#assertMayAdd(await this.#store.list(person, tx), session);
      const row = await this.#store.insert(tx, { ...credential, id, person, name, createdAt, lastUsedAt: null });
      if (!row) throw new AppError('passkey_invalid');
      await this.#notify(tx, contact, { row, what: 'added' });
      return { passkey: toWire(row), secret: await this.#confirm(session, tx) };
    });
    this.#options.mail.wake();
    return added;
  }

  /** `person`: who confirms, or null for a stranger who signs in. */
  async offerToUse({ browser, person }: { browser: string; person: string | null }): Promise<PasskeyRequestOptions> {
    const passkeys = person === null ? [] : await this.#store.list(person);
    const options = await requestOptions(this.#site, passkeys);
    await this.#keepChallenge({ challenge: options.challenge, purpose: 'use', browser, person });
    return options;
  }

  /**
   * Opens a session, or confirms the one that the person has. Its secret is only in this answer. Nobody confirms for
   * another person.
   */
  async use({ browser, device, signedIn }: Use, proof: PasskeyProof): Promise<string> {
    const person = signedIn?.person ?? null;
    const passkey = await this.#store.findByCredential(proof.id);
    const challenge = await this.#takeChallenge(proof, { purpose: 'use', browser, person });
    const counter = await verifyProof(this.#site, { proof, passkey, challenge });
    const isTheirs =
      (person === null || person === passkey?.person) &&
      (proof.userHandle === undefined || Buffer.from(proof.userHandle, 'base64url').toString() === passkey?.person);
    if (!passkey || counter === undefined || !isTheirs) throw new AppError('passkey_invalid');
    return this.#store.transaction(async (tx) => {
      const isNoted = await this.#store.noteUse(tx, passkey, { counter, lastUsedAt: this.#isoIn(0) });
      if (!isNoted) throw new AppError('passkey_invalid');
      return signedIn
        ? this.#confirm(signedIn.session, tx)
        : this.#options.sessions.open({ person: passkey.person, device, method: 'passkey' }, tx);
    });
  }

  async list(person: string): Promise<Passkey[]> {
    return (await this.#store.list(person)).map(toWire);
  }

  async rename(person: string, id: string, name: string): Promise<Passkey> {
    const row = await this.#store.rename(person, id, name);
    if (!row) throw new AppError('passkey_not_found');
    return toWire(row);
  }

  async remove(person: string, id: string): Promise<void> {
    const contact = await this.#contactOf(person);
    await this.#store.transaction(async (tx) => {
      const row = await this.#store.delete(tx, person, id);
      if (!row) throw new AppError('passkey_not_found');
      await this.#notify(tx, contact, { row, what: 'removed' });
    });
    this.#options.mail.wake();
  }

  /** All of a person, or those that were added since a time. */
  removeAll(tx: Orm, person: string, since?: string): Promise<void> {
    return this.#store.deleteAll(tx, person, since);
  }

  async prune(): Promise<void> {
    await this.#store.deleteExpired(this.#isoIn(0));
  }

  async #confirm({ id }: SessionProof, tx: Orm): Promise<string> {
    const secret = await this.#options.sessions.confirm(id, tx);
    if (secret === undefined) throw new AppError('passkey_invalid');
    return secret;
  }

  #assertMayAdd(passkeys: PasskeyRow[], session: SessionProof): void {
    const nowMs = this.#options.clock.now();
    if (passkeys.length >= LIMITS.passkeys) throw new AppError('passkey_limit');
    if (passkeys.length > 0 && !isConfirmed(session, nowMs)) throw new AppError('step_up_required');
    if (!isConfirmed(session, nowMs) && !isRecent(session, nowMs)) throw new AppError('sign_in_again');
  }

  async #keepChallenge(challenge: Omit<ChallengeRow, 'expiresAt'>): Promise<void> {
    await this.#store.insertChallenge({ ...challenge, expiresAt: this.#isoIn(LIMITS.passkeyMinutes * 60_000) });
  }

  async #takeChallenge(
    answer: Pick<PasskeyProof, 'clientDataJSON'>,
    of: Omit<ChallengeRow, 'challenge' | 'expiresAt'>,
  ): Promise<string> {
    const challenge = challengeOf(answer);
    const isTaken = challenge !== undefined && (await this.#store.takeChallenge({ ...of, challenge }, this.#isoIn(0)));
    if (!isTaken) throw new AppError('passkey_invalid');
    return challenge;
  }

  /** So that a passkey which a thief adds does not stay unnoticed. */
  async #notify(
    tx: Orm,
    contact: Contact | undefined,
    { row: { id, name }, what }: { row: PasskeyRow; what: 'added' | 'removed' },
  ): Promise<void> {
    if (!contact) return;
    const data = { what, name, link: `${this.#options.publicUrl}/account` };
    await this.#options.mail.enqueue(tx, { ...contact, key: `${id}:${what}`, template: 'passkey', data });
  }

  async #contactOf(person: string): Promise<Contact | undefined> {
    const [row, [to]] = await Promise.all([this.#people.find(person), this.#people.addressesOf(person)]);
    return row && to !== undefined ? { to, language: row.language } : undefined;
  }

  #isoIn(ms: number): string {
    return new Date(this.#options.clock.now() + ms).toISOString();
  }
}

function toWire({ id, name, isSynced, createdAt, lastUsedAt }: PasskeyRow): Passkey {
  return {
    id: id as PasskeyId,
    name,
    isSynced,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}
