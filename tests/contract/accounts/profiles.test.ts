/** What concurrent changes may not do to pictures, follows and blocks, where the locks of the database decide. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRooms } from '../../../server/domains.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { pictureFiles, pictureUses } from '../../../server/platform/pictures/pictures.schema.ts';
import { Pictures } from '../../../server/platform/pictures/pictures.ts';
import { PICTURE_SIZES } from '../../../server/protocol/pictures.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const FANS = 12;
/** Each encodes pictures. */
const ROUNDS = 4;
const log = createLog({ level: 'silent', pretty: false });
const portrait = (subject: string) => ({ use: 'portrait', subject }) as const;

describe.each(DATABASES)('profiles on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  test('a picture that one person removes while another takes it stays, and goes with its last use', async () => {
    const upload = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    // Two gateways, which encode at the same time.
    const [one, other] = [0, 1].map(() => new Pictures({ db, clock: new MovableClock(), log })) as [Pictures, Pictures];
    for (let round = 0; round < ROUNDS; round += 1) {
      await one.set(portrait('lea'), 'lea', upload);
      await Promise.all([other.set(portrait('tom'), 'tom', upload), one.removeAllOf('lea')]);
      expect(await db.orm.$count(pictureUses)).toBe(1);
      expect(await db.orm.$count(pictureFiles)).toBe(PICTURE_SIZES.portrait.length);
      await Promise.all([other.removeAllOf('tom'), one.remove(portrait('tom'))]);
      expect([await db.orm.$count(pictureUses), await db.orm.$count(pictureFiles)]).toEqual([0, 0]);
    }
  });

  test('a person who is blocked while they follow does not follow afterwards', async () => {
    const clock = new MovableClock();
    const bus = new MemoryBus((error) => {
      throw error;
    });
    const outbox = new Outbox({ db, bus, log, metrics: createMetrics() });
    const { accounts, rooms } = createRooms({ db, outbox, clock }, { currency: 'eur' });
    const { followers, removals } = rooms;
    await accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
    const fans = Array.from({ length: FANS }, (_, index) => `fan-${index}`);
    for (const follower of fans) {
      const block = removals.block({ creator: 'ada', identity: follower, by: 'ada', reason: 'Insults' });
      await Promise.allSettled([followers.follow({ creator: 'ada', follower }), block]);
    }
    expect(await followers.count('ada')).toBe(0);
    expect(await removals.listBlocks('ada')).toHaveLength(FANS);
  });
});
