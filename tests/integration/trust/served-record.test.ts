/**
 * The record as a running house serves it, with a witness beside it: what `npm run verify-transparency` and Go's
 * checksum database say of it, before and after somebody with the database and the key rewrites it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../../server/platform/clock.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import { EXAMPLE_CHARTER } from '../../../server/trust/charter/example-charter.ts';
import { findFreePort, startApp } from '../../support/houses/app.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { ChildProgram } from '../../support/programs/child-program.ts';
import { GoCheck } from '../../support/tlog/go-check.ts';
import { asOwner, resign } from '../../support/tlog/owner.ts';
import { TestLog } from '../../support/tlog/test-log.ts';

const VERIFIER = fileURLToPath(new URL('../../../server/verify-transparency.ts', import.meta.url));
const WITNESS = new URL('../../../server/witness.ts', import.meta.url);

function verify(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [VERIFIER, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    );
  });
}

test('it is proven to who kept the keys; once it is rewritten, each of those who look says so', {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loge-served-'));
  const port = await findFreePort();
  const witness = (log: string) =>
    new ChildProgram({
      ...{ file: WITNESS, isUp: 'Ctrl-C' },
      env: { PORT: String(port), LOGE_DATA_DIR: folder, LOGE_WITNESS_LOGS: log, LOGE_LOG_LEVEL: 'silent' },
    });
  try {
    // The witness has its key before it knows the log.
    const before = witness(new TestLog().vkey);
    await before.start();
    const [, witnesses = ''] = /LOGE_WITNESSES='([^']+)'/.exec(before.output) ?? [];
    await before.end('SIGTERM');
    const clock = new MovableClock();
    await using loge = await startApp({ clock, env: { LOGE_WITNESSES: witnesses } });
    const { record, charter, reports, decisions, db } = loge.app.context;
    const nextDay = async () => {
      clock.advance(DAY_MS);
      while (await record.sweep());
    };
    const decide = async (accused: string) => {
      const room = ((await loge.createRoom({ kind: 'free' })) as { id: RoomId }).id;
      const about = { subject: { kind: 'person', id: accused }, category: 'harassment' } as const;
      await reports.file(room, 'lea', about as never);
      const [found] = (await decisions.list('rev-1', { limit: 1 })).cases;
      await decisions.decide('rev-1', found?.id ?? '', {
        ...{ measures: [{ kind: 'mute' }], ground: { article: 'conduct', version: 1 } },
        ...{ reasons: 'It insults a person.', language: 'en', automated: false },
      });
    };
    await charter.seed(EXAMPLE_CHARTER, 'operator');
    await record.sweep();
    const vkey = (await fetch(`${loge.url}/transparency/log/vkey`).then((answer) => answer.text())).trim();
    await using asked = witness(vkey);
    await asked.start();
    await decide('max');
    await nextDay();

    const keys = join(folder, 'keys.txt');
    await writeFile(keys, `log ${vkey}\nwitness ${witnesses.split(' ')[0]}\n`);
    const copy = join(folder, 'copy');
    expect(await verify(loge.url, '--keys', keys, '--save', copy)).toEqual({
      code: 0,
      text: expect.stringContaining('Proven, by the keys that you gave.'),
    });
    expect(await verify(loge.url)).toEqual({ code: 2, text: expect.stringContaining('Consistent, not proven.') });
    const kept = join(copy, 'checkpoint');
    const log = `${loge.url}/transparency/log/`;
    await decide('eve');
    await nextDay();
    const [size, since] = [5, ['--since', kept, '--keys', keys]] as const;
    expect((await verify(loge.url, ...since)).code).toBe(0);
    if (GoCheck.isPossible)
      expect(await GoCheck.check(log, vkey, await readFile(kept, 'utf8'))).toMatchObject({ size, consistent: true });

    await asOwner(
      db,
      `update record_entries set entry = replace(entry, '"measure":"mute"', '"measure":"none"')`,
      ...['delete from record_tiles', 'delete from record_checkpoints', 'delete from record_cosignatures'],
    );
    await resign(db, size);
    expect(await verify(loge.url, '--keys', keys)).toEqual({
      code: 2,
      text: expect.stringMatching(/unproven +the witness \S+ has not signed this checkpoint/),
    });
    expect(await verify(loge.url, ...since)).toEqual({
      code: 1,
      text: expect.stringContaining('are not those of the kept checkpoint: they were rewritten'),
    });
    if (GoCheck.isPossible)
      await expect(GoCheck.check(log, vkey, await readFile(kept, 'utf8'))).rejects.toThrow('not consistent');
    await nextDay();
    expect((await record.status())?.halted).toMatchObject({ reason: 'inconsistent' });
    await asOwner(db, 'delete from record_entries where seq = 1');
    expect(await verify(loge.url, '--keys', keys)).toEqual({
      code: 1,
      text: expect.stringContaining('This record is not whole'),
    });
    // Who has the other tree still proves it.
    expect((await verify(copy, '--keys', keys)).code).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
