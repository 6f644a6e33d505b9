/** Checks a served log with the code of Go's checksum database (`check-log.go`). */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('check-log.go', import.meta.url));
const { LOGE_TEST_GO: go, LOGE_TEST_GO_LIBRARIES: libraries } = process.env;

interface GoFindings {
  origin: string;
  size: number;
  tiles: number;
  /** Inclusion proofs. */
  proofs: number;
  /** With the older checkpoint. */
  consistent: boolean;
}

export const GoCheck = {
  isPossible: go !== undefined && libraries !== undefined,

  /**
   * The first run on a machine compiles it, which may take minutes.
   * @param url the log's prefix, such as `http://127.0.0.1:3000/transparency/log/`
   * @param vkey one verifier key of the log
   * @param oldCheckpoint one that was served before
   * @throws what Go says, if it refuses the log
   */
  async check(url: string, vkey: string, oldCheckpoint?: string): Promise<GoFindings> {
    if (!go || !libraries) throw new Error('LOGE_TEST_GO and LOGE_TEST_GO_LIBRARIES name Go and its packages.');
    const folder = await mkdtemp(join(tmpdir(), 'loge-go-'));
    try {
      const oldFile = join(folder, 'checkpoint');
      if (oldCheckpoint !== undefined) await writeFile(oldFile, oldCheckpoint);
      const args = ['run', PROGRAM, url, vkey, ...(oldCheckpoint === undefined ? [] : [oldFile])];
      // Debian's packages are a GOPATH. Nothing is downloaded.
      const env = { ...process.env, GO111MODULE: 'off', GOPATH: libraries, GOTOOLCHAIN: 'local', GOFLAGS: '' };
      const { stdout } = await promisify(execFile)(go, args, { env });
      return JSON.parse(stdout) as GoFindings;
    } catch (error) {
      throw error instanceof Error && 'stderr' in error ? new Error(String(error.stderr)) : error;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
