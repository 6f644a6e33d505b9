/**
 * What passkeys and accounts at the house's OpenID provider have in common: when a person may add one or must keep one,
 * and the letter that reports a change.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Mail } from '../mail/mail.ts';
import { OidcStore } from '../oidc/oidc.store.ts';
import { PasskeysStore } from '../passkeys/passkeys.store.ts';
import type { Roles } from '../roles/roles.ts';
import { PeopleStore } from './people.store.ts';
import { isConfirmed, isRecent, type SessionProof } from './session-strength.ts';

interface StrongSignInsOptions {
  db: Database;
  clock: Clock;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  roles: Pick<Roles, 'hasSeat'>;
  publicUrl: string;
}

interface Contact {
  to: string;
  language: Language;
}

interface Change {
  id: string;
  name: string;
  template: 'passkey' | 'oidc-binding';
  what: 'added' | 'removed';
}

export class StrongSignIns {
  readonly #passkeys: PasskeysStore;
  readonly #bindings: OidcStore;
  readonly #people: PeopleStore;
  readonly #options: StrongSignInsOptions;

  constructor(options: StrongSignInsOptions) {
    this.#passkeys = new PasskeysStore(options.db);
    this.#bindings = new OidcStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#options = options;
  }

  /** A person's first needs a recent sign-in, each further one a confirmed session. */
  async assertMayAdd({ person, session }: { person: string; session: SessionProof }, tx?: Orm): Promise<void> {
    const nowMs = this.#options.clock.now();
    if (isConfirmed(session, nowMs)) return;
    if ((await this.#count(person, tx)) > 0) throw new AppError('step_up_required');
    if (!isRecent(session, nowMs)) throw new AppError('sign_in_again');
  }

  /** Called after a removal: who has a seat could not come back to the desk or the review without any. */
  async assertEnough(tx: Orm, person: string): Promise<void> {
    const hasSeat = await this.#options.roles.hasSeat(person, tx);
    if (hasSeat && (await this.#count(person, tx)) === 0) throw new AppError('last_strong_sign_in');
  }

  /** All of a person, or those that were added since a time. */
  async removeAll(tx: Orm, person: string, since?: string): Promise<void> {
    await this.#passkeys.deleteAll(tx, person, since);
    await this.#bindings.deleteAll(tx, person, since);
  }

  async contactOf(person: string): Promise<Contact | undefined> {
    const [row, [to]] = await Promise.all([this.#people.find(person), this.#people.addressesOf(person)]);
    return row && to !== undefined ? { to, language: row.language } : undefined;
  }

  /** So that one which a thief adds does not stay unnoticed. */
  async report(tx: Orm, contact: Contact | undefined, { id, name, template, what }: Change): Promise<void> {
    if (!contact) return;
    const { mail, publicUrl } = this.#options;
    const data = { what, name, link: `${publicUrl}/account` };
    await mail.enqueue(tx, { ...contact, key: `${id}:${what}`, template, data });
  }

  wake(): void {
    this.#options.mail.wake();
  }

  /** An account at the provider counts only as long as it lets its person in. */
  async #count(person: string, tx?: Orm): Promise<number> {
    const passkeys = await this.#passkeys.list(person, tx);
    const bindings = await this.#bindings.list(person, tx);
    if (bindings.length === 0 || !(await this.#options.roles.hasSeat(person, tx))) return passkeys.length;
    return passkeys.length + bindings.length;
  }
}
