/**
 * Lets one process at a time open some files, by a Unix socket beside them. The kernel closes it with its process, also
 * after kill -9. (A process id in a file may be reused by another process, and means nothing in another container.)
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname, join, relative } from 'node:path';
import { ConfigError } from '../../config.ts';

export class ProcessLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Throws a ConfigError while another lock of `path` is held; `remedy` is what its message advises last. Where no
   * socket can be opened (some shared folders, paths of more than a hundred bytes) nothing is locked.
   */
  static async create(path: string, remedy: string): Promise<ProcessLock> {
    const folder = dirname(path);
    const prefix = `${basename(path)}.`;
    const own = `${prefix}${randomBytes(4).toString('hex')}.lock`;
    await mkdir(folder, { recursive: true });
    const server = createServer((peer) => peer.destroy()).unref();
    const lock = new ProcessLock(server);
    try {
      await once(server.listen(addressOf(join(folder, own))), 'listening');
    } catch {
      return lock;
    }
    try {
      // Each listens before it looks: of two that start together, at least one finds the other.
      for (const name of await readdir(folder)) {
        if (name === own || !name.startsWith(prefix) || !name.endsWith('.lock')) continue;
        const other = join(folder, name);
        if (await isHeld(addressOf(other))) {
          throw new ConfigError([
            `LOGE_DATA_DIR: another process uses ${path}. Stop it, choose another folder, or ${remedy}`,
          ]);
        }
        // Its process is gone, and a random name is not used again.
        await rm(other, { force: true });
      }
    } catch (error) {
      await lock.close();
      throw error;
    }
    return lock;
  }

  /** Deletes the socket, too. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The shorter one of two paths to the same socket, as systems limit its length. */
function addressOf(path: string): string {
  const near = relative('', path);
  return near.length < path.length ? near : path;
}

function isHeld(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const peer = connect(address, () => {
      peer.destroy();
      resolve(true);
    });
    peer.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
