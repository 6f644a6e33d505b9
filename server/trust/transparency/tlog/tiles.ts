/** Tiles of a log's tree and bundles of its entries (C2SP tlog-tiles): their paths, widths and bytes. */
import { TlogError } from './tlog-error.ts';

/** Hashes of a full tile, and entries of a full bundle. */
export const TILE_WIDTH = 256;
/** A bundle gives the length of an entry in 16 bits. */
export const ENTRY_BYTES_MAX = 65_535;
const LENGTH_BYTES = 2;
const LEVEL_MAX = 63;

/** A tile of the tree; with the level `entries`, the bundle of the entries of a tile at level 0. */
export interface TilePlace {
  readonly level: number | 'entries';
  readonly index: number;
  /** From 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** Below the log's prefix, such as `tile/0/x001/234.p/5` and `tile/entries/000`. */
export function tilePath({ level, index, width }: TilePlace): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** Undefined if the text is not the one path of a tile or bundle. */
export function parseTilePath(path: string): TilePlace | undefined {
  const [, level = '', name = '', width = '256'] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const place: TilePlace = {
    level: level === 'entries' ? level : Number(level),
    index: Number(name.replace(/[x/]/g, '')),
    width: Number(width),
  };
  const isPlace = place.width >= 1 && (place.level === 'entries' || place.level <= LEVEL_MAX);
  return isPlace && tilePath(place) === path ? place : undefined;
}

/** How many hashes a tile has in a tree of `size`: from 0 (it has no such tile) to 256. */
export function tileWidth(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH));
}

/** Every tile of a tree, level by level from the left. Those at level 0 are also the places of the bundles. */
export function* tilesOf(size: number): Generator<TilePlace & { level: number }> {
  for (let level = 0; tileWidth(size, level, 0) > 0; level += 1) {
    for (let index = 0; tileWidth(size, level, index) > 0; index += 1) {
      yield { level, index, width: tileWidth(size, level, index) };
    }
  }
}

/** @param entries of one bundle, at most 256, in order. */
export function encodeEntries(entries: readonly Buffer[]): Buffer {
  if (entries.length > TILE_WIDTH) throw new TlogError('malformed', `more than ${TILE_WIDTH} entries in a bundle`);
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > ENTRY_BYTES_MAX) throw new TlogError('malformed', 'the entry has more than 65,535 bytes');
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/**
 * @param width how many entries the bundle must have
 * @throws TlogError `malformed`
 */
export function decodeEntries(bundle: Buffer, width: number): Buffer[] {
  const entries: Buffer[] = [];
  let at = 0;
  while (at < bundle.length && entries.length < width) {
    const start = at + LENGTH_BYTES;
    const end = start <= bundle.length ? start + bundle.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > bundle.length) throw new TlogError('malformed', 'the bundle ends within an entry');
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  if (at !== bundle.length || entries.length !== width) {
    throw new TlogError('malformed', `the bundle does not have ${width} entries`);
  }
  return entries;
}
