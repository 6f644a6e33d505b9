/**
 * Passkeys: adding, naming and removing them, signing in with one, and confirming a session with one. Called by the
 * gateway, which owns the cookies and rate limits; knows nothing of the acts that need a confirmed session.
 */
import { type Clock, iso, isoIn, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type {
  NewPasskey,
  Passkey,
  PasskeyCreationOptions,
  PasskeyProof,
  PasskeyRequestOptions,
} from '../../protocol/accounts/passkeys.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type PasskeyId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { PeopleStore } from '../people/people.store.ts';
import type { PersonSessions } from '../people/person-sessions.ts';
import type { SessionProof } from '../people/session-strength.ts';
import type { StrongSignIns } from '../people/strong-sign-ins.ts';
import {
  challengeOf,
  creationOptions,
  isSignedByPasskey,
  requestOptions,
  type Site,
  verifyCreation,
  verifyProof,
} from './ceremonies.ts';
import { type ChallengeRow, type PasskeyRow, PasskeysStore } from './passkeys.store.ts';

export interface PasskeysOptions {
  db: Database;
  clock: Clock;
  strongSignIns: StrongSignIns;
  sessions: PersonSessions;
  publicUrl: string;
  /** Shown by the browser next to the passkey. */
  houseName: string;
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

  async offerToAdd({ browser, person, session }: Owner): Promise<PasskeyCreationOptions> {
    const passkeys = await this.#store.list(person);
    await this.#assertMayAdd(passkeys, { person, session });
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
    const createdAt = isoIn(this.#options.clock);
    const id = createId('passkey');
    const name = device || 'Passkey';
    const { strongSignIns } = this.#options;
    const contact = await strongSignIns.contactOf(person);
    const added = await this.#options.db.transaction(async (tx) => {
      await this.#people.lock(tx, person);
      await this.#assertMayAdd(await this.#store.list(person, tx), { person, session }, tx);
      const row = await this.#store.insert(tx, { ...credential, id, person, name, createdAt, lastUsedAt: null });
      if (!row) throw new AppError('passkey_invalid');
      await strongSignIns.report(tx, contact, { id, name, template: 'passkey', what: 'added' });
      return { passkey: toWire(row), secret: await this.#confirm(session, tx) };
    });
    strongSignIns.wake();
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
    return this.#options.db.transaction(async (tx) => {
      // An erasure that runs meanwhile waits, and ends this session too.
      await this.#people.lock(tx, passkey.person);
      const isNoted = await this.#store.noteUse(tx, passkey, { counter, lastUsedAt: isoIn(this.#options.clock) });
      if (!isNoted) throw new AppError('passkey_invalid');
      return signedIn
        ? this.#confirm(signedIn.session, tx)
        : this.#options.sessions.open({ person: passkey.person, device, method: 'passkey' }, tx);
    });
  }

  /** For a signature whose challenge says what is signed, with some of the person's passkeys. */
  async offerToSign(person: string, credentials: readonly string[], challenge: Buffer): Promise<PasskeyRequestOptions> {
    const passkeys = (await this.#store.list(person)).filter(({ credential }) => credentials.includes(credential));
    return requestOptions(this.#site, passkeys, challenge);
  }

  /** Whether it is a signature with a passkey that the person still has. */
  async isSignedBy(person: string, proof: PasskeyProof, challenge: Buffer): Promise<boolean> {
    const passkey = await this.#store.findByCredential(proof.id);
    if (passkey?.person !== person) return false;
    const signed = { proof, publicKey: passkey.publicKey, challenge: challenge.toString('base64url') };
    return isSignedByPasskey(this.#site, signed);
  }

  async list(person: string): Promise<Passkey[]> {
    return (await this.#store.list(person)).map(toWire);
  }

  async rename(person: string, id: string, name: string): Promise<Passkey> {
    const row = await this.#store.rename(person, id, name);
    if (!row) throw new AppError('passkey_not_found');
    return toWire(row);
  }

  /** The last one of an operator stays, unless they sign in at the house's OpenID provider too. */
  async remove(person: string, id: string): Promise<void> {
    const { strongSignIns } = this.#options;
    const contact = await strongSignIns.contactOf(person);
    await this.#options.db.transaction(async (tx) => {
      await this.#people.lock(tx, person);
      const row = await this.#store.delete(tx, person, id);
      if (!row) throw new AppError('passkey_not_found');
      await strongSignIns.assertEnough(tx, person);
      await strongSignIns.report(tx, contact, { id, name: row.name, template: 'passkey', what: 'removed' });
    });
    strongSignIns.wake();
  }

  async prune(): Promise<void> {
    await this.#store.deleteExpired(isoIn(this.#options.clock));
  }

  async #confirm({ id }: SessionProof, tx: Orm): Promise<string> {
    const secret = await this.#options.sessions.confirm(id, { method: 'passkey' }, tx);
    if (secret === undefined) throw new AppError('passkey_invalid');
    return secret;
  }

  async #assertMayAdd(passkeys: PasskeyRow[], owner: Pick<Owner, 'person' | 'session'>, tx?: Orm): Promise<void> {
    if (passkeys.length >= LIMITS.passkeys) throw new AppError('passkey_limit');
    await this.#options.strongSignIns.assertMayAdd(owner, tx);
  }

  async #keepChallenge(challenge: Omit<ChallengeRow, 'expiresAt'>): Promise<void> {
    const expiresAt = isoIn(this.#options.clock, LIMITS.passkeyMinutes * 60_000);
    await this.#store.insertChallenge({ ...challenge, expiresAt });
  }

  async #takeChallenge(
    answer: Pick<PasskeyProof, 'clientDataJSON'>,
    of: Omit<ChallengeRow, 'challenge' | 'expiresAt'>,
  ): Promise<string> {
    const challenge = challengeOf(answer);
    const at = isoIn(this.#options.clock);
    const isTaken = challenge !== undefined && (await this.#store.takeChallenge({ ...of, challenge }, at));
    if (!isTaken) throw new AppError('passkey_invalid');
    return challenge;
  }
}

function toWire({ id, name, isSynced, createdAt, lastUsedAt }: PasskeyRow): Passkey {
  return {
    id: id as PasskeyId,
    name,
    isSynced,
    createdAt: iso(createdAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  };
}
