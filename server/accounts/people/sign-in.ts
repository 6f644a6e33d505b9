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
import { LIMITS } from '../../protocol/limits.ts';
import type { Mail } from '../mail/mail.ts';
import { createSecret, digest } from '../secrets.ts';
import { PeopleStore } from './people.store.ts';
import type { PersonSessions } from './person-sessions.ts';
import { type SignInKey, type SignInRequestRow, SignInStore } from './sign-in.store.ts';

export interface SignInOptions {
  db: Database;
  clock: Clock;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  sessions: PersonSessions;
  /** The configured address of the house: links never follow a request's Host header. */
  publicUrl: string;
}

interface SignedIn {
  secret: string;
  /** The path to show next: a new person is asked for their name first. */
  returnTo: string;
}

export const SIGN_IN_LINK_PATH = '/sign-in/link';
const ACCOUNT_PATH = '/account';

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
        data: { link: `${publicUrl}${SIGN_IN_LINK_PATH}/${token}`, code, minutes: LIMITS.signInMinutes },
      });
    });
    mail.wake();
    return id;
  }

  /** The address of an unused link. Reading does not use it up, because mail scanners open links. */
  async findLink(token: string): Promise<{ address: string }> {
    const row = await this.#store.findOpen({ linkDigest: digest(token) }, isoIn(this.#options.clock));
    if (!row) throw new AppError('sign_in_link_invalid');
    return row;
  }

  async useLink(token: string, device: string): Promise<SignedIn> {
    const signedIn = await this.#use({ linkDigest: digest(token) }, device);
    if (!signedIn) throw new AppError('sign_in_link_invalid');
    return signedIn;
  }

  async useCode(id: string, code: string, device: string): Promise<SignedIn> {
    const row = await this.#store.countTry(id, isoIn(this.#options.clock), LIMITS.signInTries);
    if (!row) throw new AppError('sign_in_over');
    if (!isSame(row.codeDigest, digest(`${id}:${code}`))) throw new AppError('sign_in_code_invalid');
    const signedIn = await this.#use({ id }, device);
    if (!signedIn) throw new AppError('sign_in_over');
    return signedIn;
  }

  async prune(): Promise<void> {
    await this.#store.deleteExpired(isoIn(this.#options.clock, -DAY_MS));
  }

  /** In one transaction: a failure leaves link and code usable. */
  async #use(key: SignInKey, device: string): Promise<SignedIn | undefined> {
    return this.#options.db.transaction(async (tx) => {
      const row = await this.#store.use(tx, key, isoIn(this.#options.clock));
      if (!row) return undefined;
      const { id, isNew } = await this.#personOf(tx, row);
      const secret = await this.#options.sessions.open({ person: id, device, method: 'mail' }, tx);
      const returnTo = row.returnPath ?? '/';
      return { secret, returnTo: isNew ? `${ACCOUNT_PATH}?to=${encodeURIComponent(returnTo)}` : returnTo };
    });
  }

  async #personOf(tx: Orm, { address, language }: SignInRequestRow): Promise<{ id: string; isNew: boolean }> {
    const at = isoIn(this.#options.clock);
    const id = createId('person');
    const person = await this.#people.claimAddress(tx, { address, person: id, at });
    const isNew = person === id;
    if (isNew) await this.#people.insert(tx, { id, name: null, language, at });
    return { id: person, isNew };
  }
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
