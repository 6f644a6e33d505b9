/**
 * What SFU nodes count together (`sfu/shared-state.ts`), in Redis; composed for nodes in a gateway's process and for
 * those in one of their own.
 */
import type { Log } from '../log.ts';
import { SharedSlots, shareCounts } from '../shared-slots.ts';
import type { RedisClient, RedisConnections } from './redis.ts';
import { RedisLeasedHashes } from './redis-leased-hashes.ts';

export function shareBetweenNodes(options: {
  client: RedisClient;
  connections: Pick<RedisConnections, 'prefix'>;
  log: Log;
  /** How long a budget is remembered that nobody changes. */
  budgetMs: number;
}): { watching: SharedSlots; budgets: RedisLeasedHashes } {
  const { client, connections, log, budgetMs } = options;
  const redis = { client, connections };
  return {
    watching: new SharedSlots({ shared: shareCounts('watching', redis), log }),
    budgets: new RedisLeasedHashes({ ...redis, kind: 'receiver-budgets', leaseMs: budgetMs }),
  };
}
