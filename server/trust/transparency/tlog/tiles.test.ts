import { expect, test } from 'vitest';
import { decodeEntries, encodeEntries, parseTilePath, type TilePlace, tilePath, tilesOf, tileWidth } from './tiles.ts';

test('paths are those of the standard, there and back', () => {
  const paths: [string, TilePlace][] = [
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/x001/234', { level: 0, index: 1_234, width: 256 }],
    ['tile/63/000.p/1', { level: 63, index: 0, width: 1 }],
    ['tile/1/999.p/255', { level: 1, index: 999, width: 255 }],
    ['tile/entries/x001/000.p/17', { level: 'entries', index: 1_000, width: 17 }],
    ['tile/entries/000', { level: 'entries', index: 0, width: 256 }],
  ];
  for (const [path, place] of paths) {
    expect(tilePath(place)).toBe(path);
    expect(parseTilePath(path)).toEqual(place);
  }
});

test('no other spelling of a path is taken', () => {
  const hostile = [
    'tile/00/000 tile/64/000 tile/-1/000 tile/0/00 tile/0/0000 tile/0/x000/001 tile/0/001/000 tile/0/x001 tile/0/x01/000',
    'tile/0/000.p/0 tile/0/000.p/01 tile/0/000.p/256 tile/0/000.p/ tile/0/000.p tile/0/000/ tile/0/000.p/1/ /tile/0/000',
    'tile/0/X001/000 tile/0/x١٢٣/000 tile/entries/ tile/Entries/000 tile/0/../000 tile/0/%30 tile/8/0/000 checkpoint tile//000',
    'tile/0/x999/x999/x999/x999/x999/999 tile/0/000?x tile/1e1/000 tile/0/x-01/000',
    `tile/0/${'x001/'.repeat(10_000)}000`,
  ];
  for (const path of hostile.join(' ').split(' ').concat('', 'tile/0/000\n', ' tile/0/000'))
    expect([path, parseTilePath(path)]).toEqual([path, undefined]);
});

test('70,000 entries have the tiles of the standard’s example, 256 have a full one', () => {
  const tiles = [...tilesOf(70_000)];
  expect(tiles.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273);
  expect(tiles.filter(({ level, width }) => level !== 0 || width !== 256)).toEqual([
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 0, width: 256 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  expect([...tilesOf(256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
  expect([...tilesOf(0)]).toEqual([]);
  expect(tileWidth(70_000, 0, 274)).toBe(0);
});

test('bundles keep every entry, from empty to 65,535 bytes', () => {
  const entries = [Buffer.alloc(0), Buffer.from('{}'), Buffer.alloc(65_535, 7), Buffer.alloc(256, 1)];
  const bundle = encodeEntries(entries);
  expect(bundle.subarray(0, 6).toString('hex')).toBe('000000027b7d');
  expect(decodeEntries(bundle, 4)).toEqual(entries);
  expect(() => encodeEntries([Buffer.alloc(65_536)])).toThrow('65,535');
  expect(() => encodeEntries(Array.from({ length: 257 }, () => Buffer.alloc(0)))).toThrow('256');
});

test('a bundle that is cut, has more, or has another number of entries is refused', () => {
  const bundle = encodeEntries([Buffer.from('one'), Buffer.from('two')]);
  for (let length = 0; length < bundle.length; length += 1) {
    expect(() => decodeEntries(bundle.subarray(0, length), 2)).toThrow(expect.objectContaining({ code: 'malformed' }));
  }
  for (const width of [0, 1, 3]) expect(() => decodeEntries(bundle, width)).toThrow(`${width} entries`);
  expect(() => decodeEntries(Buffer.concat([bundle, Buffer.of(0)]), 2)).toThrow('2 entries');
});
