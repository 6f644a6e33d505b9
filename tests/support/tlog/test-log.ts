/** A log in memory with a key of its own, made by the house's code and served as C2SP tlog-tiles says. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatCheckpoint } from '../../../server/trust/transparency/tlog/checkpoint.ts';
import { createSigner, formatVkey, NOTE_SIGNATURE } from '../../../server/trust/transparency/tlog/note-keys.ts';
import { signNote } from '../../../server/trust/transparency/tlog/signed-note.ts';
import { encodeEntries, TILE_WIDTH, tilePath, tilesOf } from '../../../server/trust/transparency/tlog/tiles.ts';
import { appendLeaves, HASH_BYTES, leafHash, TiledTree } from '../../../server/trust/transparency/tlog/tree.ts';

export class TestLog {
  readonly origin: string;
  readonly privateKey: KeyObject;
  readonly entries: Buffer[] = [];
  readonly #tiles = new Map<string, Buffer>();

  constructor({ origin = 'log.example/test', privateKey = generateKeyPairSync('ed25519').privateKey } = {}) {
    this.origin = origin;
    this.privateKey = privateKey;
  }

  get size(): number {
    return this.entries.length;
  }

  get #signer() {
    return createSigner(this.origin, NOTE_SIGNATURE, this.privateKey);
  }

  get key() {
    return this.#signer.key;
  }

  get vkey(): string {
    return formatVkey(this.key);
  }

  async append(count: number, text = 'entry'): Promise<void> {
    const added = Array.from({ length: count }, (_, at) => Buffer.from(`${text} ${this.size + at}`));
    const { tiles } = await appendLeaves(this.size, added.map(leafHash), (level, index) => this.#tile(level, index));
    for (const { level, index, hashes } of tiles) this.#tiles.set(`${level}/${index}`, hashes);
    this.entries.push(...added);
  }

  #tile(level: number, index: number): Buffer {
    return this.#tiles.get(`${level}/${index}`) ?? Buffer.alloc(0);
  }

  get tree(): TiledTree {
    return new TiledTree(this.size, (level, index) => this.#tile(level, index));
  }

  async checkpoint(size = this.size): Promise<string> {
    return signNote(formatCheckpoint({ origin: this.origin, size, root: await this.tree.root(size) }), [this.#signer]);
  }

  /** Everything that it serves, by path below its prefix. */
  async files(): Promise<Map<string, Buffer>> {
    const files = new Map<string, Buffer>([['checkpoint', Buffer.from(await this.checkpoint())]]);
    for (const place of tilesOf(this.size)) {
      const { level, index, width } = place;
      files.set(tilePath(place), this.#tile(level, index).subarray(0, width * HASH_BYTES));
      const first = index * TILE_WIDTH;
      const bundle = this.entries.slice(first, first + width);
      if (level === 0) files.set(tilePath({ ...place, level: 'entries' }), encodeEntries(bundle));
    }
    return files;
  }
}

/** Serves a log's files at a free port; what is changed in `files` is served so. */
export async function serveLog(files: ReadonlyMap<string, Buffer>) {
  const server = createServer((request, response) => {
    const file = files.get(request.url?.slice('/log/'.length) ?? '');
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
