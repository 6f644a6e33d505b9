/**
 * Claims of tokens are ordered by issue time, whatever the order in which they are presented, also concurrently at two
 * gateways.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRooms } from '../../../server/domains.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import type { TokenClaims } from '../../../server/protocol/accounts/accounts.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Rooms } from '../../../server/rooms/rooms.ts';
import { DATABASES } from '../../support/databases/databases.ts';

const log = createLog({ level: 'silent', pretty: false });
const SEED = 20_261_127;
const NOW_SECONDS = 1_000_000;

type Said = Pick<TokenClaims, 'role' | 'can' | 'entitled' | 'iat'>;

const said: fc.Arbitrary<Said> = fc.record(
  {
    role: fc.constantFrom('fan', 'moderator'),
    can: fc.constant({ moderate: true }),
    entitled: fc.boolean(),
    // Few distinct seconds, so that many are equal.
    iat: fc.integer({ min: NOW_SECONDS - 3, max: NOW_SECONDS }),
  },
  { requiredKeys: ['role', 'iat'] },
);

/** An independent implementation of the rule: the latest second wins, and within it the claim that allows least. */
function expectedOf(all: Said[]): { entitled: boolean; rank: number } {
  const lastOf = (some: Said[]) => some.filter(({ iat }) => iat === Math.max(...some.map((it) => it.iat)));
  const spoken = lastOf(all.filter(({ entitled }) => entitled !== undefined));
  const ranks = lastOf(all).map(({ role, can }) => (role === 'moderator' ? 2 : can?.moderate ? 1 : 0));
  return { entitled: spoken.length > 0 && spoken.every(({ entitled }) => entitled), rank: Math.min(...ranks) };
}

describe.each(DATABASES)('statements of tokens on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let gateways: Rooms[];
  let outbox: Outbox;
  let room: RoomId;
  let other: RoomId;

  beforeAll(async () => {
    db = await open();
    const bus = new MemoryBus((error) => {
      throw error;
    });
    outbox = new Outbox({ db, bus, log, metrics: createMetrics() });
    const clock = { now: () => NOW_SECONDS * 1_000 };
    const houses = [0, 1].map(() => createRooms({ db, outbox, clock }, { currency: 'eur' }));
    gateways = houses.map(({ rooms }) => rooms);
    await houses[0]?.accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
    const create = async () => {
      const access = { kind: 'ticket', priceMinor: 500 } as const;
      return (await at(0).createRoom({ creator: 'ada', title: 'An evening', access })).id;
    };
    [room, other] = [await create(), await create()];
  });
  afterAll(async () => {
    await outbox.close();
    await db[Symbol.asyncDispose]();
  });

  const at = (index: number) => gateways[index % 2] as Rooms;
  const claimsOf = (sub: string, it: Said): TokenClaims => ({
    iss: 'devkey',
    sub,
    name: sub,
    room,
    exp: it.iat + 600,
    ...it,
  });
  const rankOf = ({ role, moderates }: { role: string; moderates: boolean }) =>
    role === 'moderator' ? 2 : Number(moderates);

  test('concurrently at two gateways: the latest token wins, and within one second the one that allows less', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 8 }), async (all) => {
        const identity = `fan-${createId('event')}`;
        // Fans' tokens are recorded only for identities that have had another role.
        await at(0).admit(claimsOf(identity, { role: 'moderator', iat: NOW_SECONDS - 4 }));
        await Promise.all(all.map((it, index) => at(index).admit(claimsOf(identity, it))));
        const expected = expectedOf(all);
        const { access, rank } = await at(0).decide({ roomId: room, identity, role: 'fan' });
        expect({ entitled: access.state === 'granted', rank: rankOf(rank) }).toEqual(expected);
        // Presenting any of them again changes nothing.
        for (const [index, it] of all.entries()) {
          const again = await at(index).admit(claimsOf(identity, it));
          expect(rankOf(again)).toBe(expected.rank);
          expect(again.access.state).toBe(expected.entitled || expected.rank === 2 ? 'granted' : 'required');
        }
      }),
      { seed: SEED, numRuns: 40 },
    );
  }, 120_000);

  test('a token from the server wins over all known ones, also within the same second', async () => {
    const identity = `fan-${createId('event')}`;
    const issue = (entitled: boolean) => at(0).recordIssued({ room, identity, entitled });
    const state = async () => (await at(1).decide({ roomId: room, identity, role: 'fan' })).access.state;
    const issued: number[] = [];
    for (const entitled of [true, false, true, false, true]) {
      issued.push(await issue(entitled));
      expect(await state()).toBe(entitled ? 'granted' : 'required');
    }
    expect(issued).toEqual([0, 1, 2, 3, 4].map((ahead) => NOW_SECONDS + ahead));
    // A token issued ahead of the clock must still be accepted.
    for (let turn = 0; turn < 40; turn += 1) issued.push(await issue(turn % 2 === 1));
    expect(Math.max(...issued)).toBe(NOW_SECONDS + LIMITS.tokenClockSkewSeconds);
  });

  test('the end of an entitlement overrides every token so far, also from a clock that is ahead, in that room only', async () => {
    const identity = `fan-${createId('event')}`;
    const ahead = { role: 'fan', entitled: true, iat: NOW_SECONDS + 20 } as const;
    await at(0).admit(claimsOf(identity, ahead));
    await at(0).recordIssued({ room: other, identity, entitled: true });
    const [ended] = await Promise.all([
      at(1).endEmbedderAccess(room, identity),
      at(0).admit(claimsOf(identity, ahead)),
    ]);
    expect(ended).toMatchObject({ state: 'required', reason: 'revoked' });
    expect((await at(0).admit(claimsOf(identity, ahead))).access.state).toBe('required');
    expect((await at(0).decide({ roomId: other, identity, role: 'fan' })).access.state).toBe('granted');
  });
});
