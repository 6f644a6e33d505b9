/**
 * Sign-in by mail. A request makes a link and a code: the link signs in the browser that opens it, the code only the
 * browser that made the request. The first sign-in with an address creates its account, so a request does the same for
 * a known address as for an unknown one. Called by the gateway, which owns cookies and rate limits.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import { type Clock, DAY_MS, isoIn, MINUTE_MS } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type SignInRequestId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Mail } from '../mail/mail.ts';
import { createSecret, digest } from '../secrets.ts';
import { PeopleStore } from './people.store.ts';
import type { PersonSessions } from './person-sessions.ts';
import { type SignInKey, SignInStore, type SignInUse, type UsedSignIn } from './sign-in.store.ts';

export interface SignInOptions {
  db: Database;
  clock: Clock;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  sessions: PersonSessions;
  /** The configured address of the house: links never follow a request's Host header. */
  publicUrl: string;
}

/** Where a sign-in happens. */
interface Place {
  device: string;
  /** A random value that only this browser has. With it, a repeated use soon after is answered like the first. */
  browser?: string | undefined;
}

interface SignedIn {
  secret: string;
  /** The path to show next: a new person is asked for their name first. */
  returnTo: string;
}

export const SIGN_IN_LINK_PATH = '/sign-in/link';
const ACCOUNT_PATH = '/account';
/** A double click, or a reload after the answer got lost. */
const REPEAT_MS = MINUTE_MS;

export class SignIn {
  readonly #store: SignInStore;
  readonly #people: PeopleStore;
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#store = new SignInStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#options = options;
  }

  /** Sends link and code. The id is for the cookie of the browser that asks. */
  async request({
    address,
    language,
    returnPath,
  }: {
    address: string;
    language: Language;
    returnPath?: string | undefined;
  }): Promise<SignInRequestId> {
    const { publicUrl, mail } = this.#options;
    const id = createId('signInRequest');
    const token = createSecret();
    const code = String(randomInt(10 ** LIMITS.signInCodeDigits)).padStart(LIMITS.signInCodeDigits, '0');
    await this.#options.db.transaction(async (tx) => {
      const isMember = await this.#people.hasAddress(address, tx);
      await this.#store.insert(tx, {
        id,
        address,
        language,
        returnPath: returnPath ?? null,
        linkDigest: digest(token),
        codeDigest: digest(`${id}:${code}`),
        expiresAt: isoIn(this.#options.clock, LIMITS.signInMinutes * MINUTE_MS),
      });
      await mail.enqueue(tx, {
        key: id,
        to: address,
        language,
        template: 'sign-in',
        data: { link: `${publicUrl}${SIGN_IN_LINK_PATH}/${token}`, code, minutes: LIMITS.signInMinutes, isMember },
      });
    });
    mail.wake();
    return id;
  }

  /** What a link does in this browser. Reading does not use it up, because mail scanners open links. */
  async findLink(token: string, browser?: string): Promise<{ address: string; state: 'open' | 'used' | 'expired' }> {
    const row = await this.#store.find({ linkDigest: digest(token) });
    if (!row) throw new AppError('sign_in_link_invalid');
    const { address, usedAt, usedBy, expiresAt } = row;
    const { at, repeatedSince, ...use } = this.#useOf(browser);
    if (usedAt === null) return { address, state: isAfter(expiresAt, at) ? 'open' : 'expired' };
    const isRepeat = use.usedBy !== null && use.usedBy === usedBy && isAfter(usedAt, repeatedSince);
    return { address, state: isRepeat ? 'open' : 'used' };
  }

  async useLink(token: string, place: Place): Promise<SignedIn> {
    const signedIn = await this.#use({ linkDigest: digest(token) }, place);
    if (!signedIn) throw new AppError('sign_in_link_invalid');
    return signedIn;
  }

  /** The id is in a cookie, so it proves which browser repeats this. */
  async useCode(id: string, code: string, device: string): Promise<SignedIn> {
    const row = await this.#store.countTry(id, this.#useOf(id), LIMITS.signInTries);
    if (!row) throw new AppError('sign_in_over');
    if (!isSame(row.codeDigest, digest(`${id}:${code}`))) throw new AppError('sign_in_code_invalid');
    const signedIn = await this.#use({ id }, { device, browser: id });
    if (!signedIn) throw new AppError('sign_in_over');
    return signedIn;
  }

  async prune(): Promise<void> {
    await this.#store.deleteExpired(isoIn(this.#options.clock, -DAY_MS));
  }

  /** In one transaction: a failure leaves link and code usable. A repeat opens a new session and ends the first. */
  async #use(key: SignInKey, { device, browser }: Place): Promise<SignedIn | undefined> {
    const { sessions } = this.#options;
    const session = createId('personSession');
    const signedIn = await this.#options.db.transaction(async (tx) => {
      const row = await this.#store.use(tx, { key, use: this.#useOf(browser), session });
      if (!row) return undefined;
      const { id, isNew } = await this.#personOf(tx, row);
      if (row.previous !== null) await sessions.revoke(id, row.previous, tx);
      const secret = await sessions.open({ id: session, person: id, device, method: 'mail' }, tx);
      const returnTo = row.returnPath ?? '/';
      return { secret, returnTo: isNew ? `${ACCOUNT_PATH}?to=${encodeURIComponent(returnTo)}` : returnTo };
    });
    sessions.wake();
    return signedIn;
  }

  #useOf(browser: string | undefined): SignInUse {
    const { clock } = this.#options;
    const usedBy = browser === undefined ? null : digest(browser);
    return { at: isoIn(clock), usedBy, repeatedSince: isoIn(clock, -REPEAT_MS) };
  }

  /** The first use creates the person; a repeat returns the same answer. */
  async #personOf(
    tx: Orm,
    { address, language, usedAt, previous }: UsedSignIn,
  ): Promise<{ id: string; isNew: boolean }> {
    const at = usedAt ?? isoIn(this.#options.clock);
    const id = createId('person');
    const person = await this.#people.claimAddress(tx, { address, person: id, at });
    if (person === id) await this.#people.insert(tx, { id, name: null, language, at });
    const created = previous === null ? undefined : await this.#people.find(person, tx);
    return { id: person, isNew: person === id || (created !== undefined && !isAfter(at, created.createdAt)) };
  }
}

/** Times come from the database in a form of its own. */
function isAfter(time: string, other: string): boolean {
  return Date.parse(time) > Date.parse(other);
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
