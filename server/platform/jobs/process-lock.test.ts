import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ProcessLock } from './process-lock.ts';

const MODULE = new URL('./process-lock.ts', import.meta.url).href;

test('one process holds it, until it closes it or is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loge-lock-'));
  const file = join(folder, 'data');
  try {
    const program = `import { ProcessLock } from '${MODULE}';
      await ProcessLock.create('${file}', 'wait');
      process.kill(process.pid, 'SIGKILL');`;
    const killed = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    const left = await readdir(folder);
    const lock = await ProcessLock.create(file, 'wait');
    expect(await readdir(folder)).not.toEqual(left);
    const ofOther = await ProcessLock.create(join(folder, 'other'), 'wait');
    await expect(ProcessLock.create(file, 'wait')).rejects.toThrow(`another process uses ${file}. Stop it`);
    await lock.close();
    await (await ProcessLock.create(file, 'wait')).close();
    await ofOther.close();
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
