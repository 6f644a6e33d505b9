/**
 * What people do not want to be written about, by address and topic, and the link in each letter that says so without a
 * sign-in (RFC 8058). The link names both encrypted, so that it proves itself, and no log of addresses has a mailbox.
 */
import { z } from 'zod';
import { type Clock, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { OptOutsStore } from './opt-outs.store.ts';

/** The token follows. */
export const UNSUBSCRIBE_PATH = '/unsubscribe';
/** Binds tokens to their purpose. */
const PURPOSE = 'unsubscribe';
const TOKEN_MAX_CHARS = 1_024;

const subscription = z.object({ address: z.string(), topic: z.literal('lives') });
export type Subscription = z.infer<typeof subscription>;
/** `at`: when the letter was written. Its recipient may have another address by now. */
const unsubscribeLink = subscription.extend({ at: z.iso.datetime() });
export type UnsubscribeLink = z.infer<typeof unsubscribeLink>;

export class Unsubscribing {
  readonly #store: OptOutsStore;
  readonly #box: SecretBox;
  readonly #clock: Clock;
  readonly #publicUrl: string;

  constructor({ db, box, clock, publicUrl }: { db: Database; box: SecretBox; clock: Clock; publicUrl: string }) {
    this.#store = new OptOutsStore(db);
    this.#box = box;
    this.#clock = clock;
    this.#publicUrl = publicUrl;
  }

  linkOf(given: Subscription): string {
    const link: UnsubscribeLink = { ...given, at: isoIn(this.#clock) };
    const token = this.#box.seal(JSON.stringify(link), PURPOSE);
    return `${this.#publicUrl}${UNSUBSCRIBE_PATH}/${token}`;
  }

  /** What a link's token is about; undefined if it was not made here, or under a key that is gone. */
  parse(token: string): UnsubscribeLink | undefined {
    const opened = token.length > TOKEN_MAX_CHARS ? undefined : this.#box.open(token, PURPOSE);
    return opened === undefined ? undefined : unsubscribeLink.parse(JSON.parse(opened));
  }

  async unsubscribe({ address, topic }: Subscription): Promise<void> {
    await this.#store.insert(address, topic, isoIn(this.#clock));
  }

  async subscribe({ address, topic }: Subscription): Promise<void> {
    await this.#store.delete(address, topic);
  }

  async isSubscribed({ address, topic }: Subscription): Promise<boolean> {
    return !(await this.#store.has(address, topic));
  }
}
