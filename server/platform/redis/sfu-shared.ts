/**
 * What SFU nodes count together (`sfu/shared-state.ts`), in Redis; for nodes inside a gateway and for separate ones.
 */
import type { Log } from '../log.ts';
import { SharedSlots, shareCounts } from '../shared-slots.ts';
import type { RedisClient, RedisConnections } from './redis.ts';
import { RedisLeasedHashes } from './redis-leased-hashes.ts';

export function shareBetweenNodes(options: {
  client: RedisClient;
  connections: Pick<RedisConnections, 'prefix'>;
  log: Log;
  /** How long an unchanged budget is kept. */
  budgetMs: number;
}): { watching: SharedSlots; budgets: RedisLeasedHashes } {
  const { client, connections, log, budgetMs } = options;
  const redis = { client, connections };
  return {
    watching: new SharedSlots({ shared: shareCounts('watching', redis), log }),
    budgets: new RedisLeasedHashes({ ...redis, kind: 'receiver-budgets', leaseMs: budgetMs }),
  };
}
