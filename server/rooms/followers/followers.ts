/**
 * Who follows a creator: a person of the house, or one of an embedder's. The creator gets the number; who follows whom
 * is the follower's own. Blocked people cannot follow.
 */
import type { Accounts } from '../../accounts/accounts.ts';
import { type Clock, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Removals } from '../restrictions/removals.ts';
import { FollowersStore } from './followers.store.ts';

interface FollowersOptions {
  db: Database;
  outbox: Outbox;
  clock: Clock;
  accounts: Accounts;
  removals: Removals;
}

/** `follower` follows `creator`. */
export interface Follow {
  creator: string;
  follower: string;
}

export class Followers {
  readonly #store: FollowersStore;
  readonly #options: FollowersOptions;

  constructor(options: FollowersOptions) {
    this.#store = new FollowersStore(options.db);
    this.#options = options;
  }

  /** Idempotent. */
  async follow({ creator, follower }: Follow): Promise<void> {
    const { accounts, removals, clock, outbox } = this.#options;
    await accounts.getCreator(creator);
    if (creator === follower) throw new AppError('forbidden', 'One cannot follow oneself.');
    const since = isoIn(clock);
    await this.#store.transaction(async (tx) => {
      await removals.assertNotBlocked(creator, follower, tx);
      if (!(await this.#store.insert(tx, { creator, follower, since }))) return;
      await outbox.add(tx, { topic: 'follower.added', identity: follower, data: { creator } });
    });
    outbox.wake();
  }

  /** Idempotent. */
  async unfollow({ creator, follower }: Follow): Promise<void> {
    const { outbox } = this.#options;
    await this.#store.transaction(async (tx) => {
      if (!(await this.#store.delete(tx, { creator, follower }))) return;
      await outbox.add(tx, { topic: 'follower.removed', identity: follower, data: { creator } });
    });
    outbox.wake();
  }

  isFollowing(follow: Follow): Promise<boolean> {
    return this.#store.has(follow);
  }

  count(creator: string): Promise<number> {
    return this.#store.count(creator);
  }

  /** Creators whom a person follows, the latest first. */
  async listFollowed(follower: string): Promise<string[]> {
    return (await this.#store.listFollowed(follower, LIMITS.followsListed)).map(({ creator }) => creator);
  }

  /** For letters and notices, in pages by identity. `after` of the last page is undefined. */
  async listFollowers(creator: string, page: { after: string; limit: number }) {
    const found = await this.#store.listFollowers(creator, page);
    const after = found.length < page.limit ? undefined : found.at(-1);
    return { people: found.map((identity) => ({ identity })), after };
  }
}
