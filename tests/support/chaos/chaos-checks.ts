/** Invariants after a chaos run: the ledger, the chat log, the payment provider, the SFU nodes and Redis. */
import { Redis } from 'ioredis';
import { Database } from '../../../server/platform/db/db.ts';
import { findDoubled, findGaps } from '../crash/crash-rounds.ts';
import { startApp } from '../houses/app.ts';
import type { ChaosWorld } from './chaos-world.ts';

/**
 * Restarts the money domain on the remaining data, lets its jobs finish, and checks the ledger. All gateways have
 * stopped by then.
 */
export async function checkBooks({ house, answers }: ChaosWorld): Promise<string[]> {
  const env = { DATABASE_URL: house.postgres.url, LOGE_STRIPE_EMULATOR_URL: house.emulatorUrl };
  const found: string[] = [];
  {
    await using books = await startApp({ env });
    const { money, outbox } = books.app.context;
    await money.sweep();
    await outbox.idle();
    found.push(...(await money.checkInvariants()));
    const { items } = await money.reconciliations.run(0);
    for (const { isExplained, reference, text } of items) if (!isExplained) found.push(`${reference}: ${text}`);
    const untold = await outbox.pending();
    if (untold > 0) found.push(`${untold} facts were never dispatched`);
  }
  const db = await Database.create({ url: house.postgres.url });
  try {
    for (const { kind, id } of await answers.findLost(db)) found.push(`lost: ${kind} ${id}`);
    for (const what of [...answers.doubled, ...(await findDoubled(db))]) found.push(`doubled: ${what}`);
    found.push(...(await findGaps(db)));
  } finally {
    await db.close();
  }
  return found;
}

/** The room's remaining Redis keys. */
export async function findRedisKeys({ house, room }: ChaosWorld): Promise<string[]> {
  const redis = new Redis(house.redis.url);
  try {
    return await redis.keys(`*${room}*`);
  } finally {
    redis.disconnect();
  }
}
