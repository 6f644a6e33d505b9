/** kill -9 of the process that appends to the record, between entries, tiles and checkpoint. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isSignedByPasskey } from '../../../server/accounts/passkeys/ceremonies.ts';
import { DAY_MS } from '../../../server/platform/clock.ts';
import { parseVkey } from '../../../server/trust/transparency/tlog/note-keys.ts';
import { verifyRecord } from '../../../server/trust/transparency/verify/verify.ts';
import { CRASH_TARGETS, runUntilKilled } from '../../support/crash/crash-targets.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { publishedBy } from '../../support/tlog/published-by.ts';

const LOAD = new URL('../../support/crash/record-load.ts', import.meta.url).pathname;
/** Each follows the one before it, in one transaction. */
const MOMENTS = ['updateLog', 'insertEntries', 'saveTiles', 'insertCheckpoint', 'commit'];

describe.each(CRASH_TARGETS)('kill -9 while the record grows, on $name', ({ open }) => {
  test('nothing is lost, nothing is there twice, and every tree continues the one before', {
    timeout: 120_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loge-crash-'));
    const { target, connect, close } = await open(folder);
    try {
      const decided: string[] = [];
      let kept = '';
      for (const [day, moment] of MOMENTS.entries()) {
        const before = await connect();
        const house = await ReviewHouse.create(before);
        house.clock.advance(day * DAY_MS);
        const { record } = house.domains;
        const sweepAll = async () => {
          while (await record.sweep());
        };
        await sweepAll();
        kept = await record.readCheckpoint();
        const room = await house.createRoom();
        for (const accused of ['max', 'kim', 'eve']) {
          const about = { subject: { kind: 'person', id: `${accused}-${day}` }, category: 'harassment' } as const;
          decided.push((await house.decide(await house.report(room, 'lea', about), [{ kind: 'mute' }])).id);
        }
        await house.close();
        await before.close();

        const killed = await runUntilKilled<{ at: string }>(LOAD, [target, `${day + 1}`, moment]);
        expect(killed).toEqual({ signal: 'SIGKILL', lines: [{ at: moment }] });

        const after = await connect();
        const restarted = await ReviewHouse.create(after);
        restarted.clock.advance((day + 1) * DAY_MS);
        const again = restarted.domains.record;
        // All of the transaction, or nothing of it.
        const size = (await again.readCheckpoint()).split('\n')[1];
        if (moment === 'commit') expect(size).not.toBe(kept.split('\n')[1]);
        else expect(await again.readCheckpoint()).toBe(kept);
        while (await again.sweep());
        const recorded = await restarted.rows<{ subject: string }>(
          "select subject from record_entries where kind = 'decision'",
        );
        expect(recorded.map(({ subject }) => subject).sort()).toEqual([...decided].sort());
        const { findings } = await verifyRecord({
          copy: publishedBy(restarted),
          pinned: { log: [parseVkey((await again.readKeys()).trim())], witnesses: [], members: [] },
          since: kept,
          verifyPasskey: isSignedByPasskey,
        });
        expect(findings.filter(({ level }) => level === 'wrong')).toEqual([]);
        await restarted.close();
        await after.close();
      }
    } finally {
      await close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
