/** Reads a whole log of C2SP tlog-tiles from wherever its files are, and computes its tree anew. */
import type { Checkpoint } from '../tlog/checkpoint.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { parseNote, type SignedNote } from '../tlog/signed-note.ts';
import { decodeEntries, TILE_WIDTH, tilePath, tilesOf } from '../tlog/tiles.ts';
import { TlogError } from '../tlog/tlog-error.ts';
import { appendLeaves, leafHash, TiledTree } from '../tlog/tree.ts';

/** A file of the log by its path, such as `checkpoint` or `tile/0/000`; undefined: there is none. */
export type ReadFile = (path: string) => Promise<Buffer | undefined>;

export interface WholeLog {
  /** Nobody has verified its signatures yet. */
  checkpoint: Checkpoint & SignedNote;
  entries: Buffer[];
  /** Of what the entries are. */
  tree: TiledTree;
  /** Tiles that are missing, or are not those of these entries. */
  wrongTiles: string[];
}

/** @throws TlogError `malformed` or `incomplete` where the checkpoint or a bundle of entries cannot be read. */
export async function readLog(read: ReadFile, tell: (done: number, of: number) => void = () => {}): Promise<WholeLog> {
  const note = await read('checkpoint');
  if (!note) throw new TlogError('malformed', 'there is no checkpoint');
  const parsed = parseNote(note);
  const checkpoint = { ...parseCheckpoint(parsed.text), ...parsed };
  const entries: Buffer[] = [];
  for (let index = 0; index * TILE_WIDTH < checkpoint.size; index += 1) {
    const width = Math.min(TILE_WIDTH, checkpoint.size - index * TILE_WIDTH);
    const path = tilePath({ level: 'entries', index, width });
    const bundle = await read(path);
    if (!bundle) throw new TlogError('incomplete', `${path} is missing, which its checkpoint says that it has`);
    entries.push(...decodeEntries(bundle, width));
    tell(entries.length, checkpoint.size);
  }
  const { tiles } = await appendLeaves(0, entries.map(leafHash), () => Buffer.alloc(0));
  const made = new Map(tiles.map((tile) => [tilePath(tile), tile.hashes]));
  const tree = new TiledTree(entries.length, (level, index, width) => {
    return made.get(tilePath({ level, index, width })) ?? Buffer.alloc(0);
  });
  const wrongTiles: string[] = [];
  for (const place of tilesOf(entries.length)) {
    const path = tilePath(place);
    const served = await read(path);
    if (!served?.equals(made.get(path) ?? Buffer.alloc(0))) wrongTiles.push(path);
  }
  return { checkpoint, entries, tree, wrongTiles };
}
