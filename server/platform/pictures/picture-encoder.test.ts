import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { PICTURE_SIZES } from '../../protocol/pictures.ts';
import { encodePicture } from './picture-encoder.ts';

const RED = { r: 200, g: 20, b: 20 };
const BLUE = { r: 20, g: 20, b: 200 };

const plain = (width: number, height: number, background = RED) =>
  sharp({ create: { width, height, channels: 3, background } });

/** Red on the left, blue on the right. */
const halves = () =>
  plain(400, 300).composite([
    { input: { create: { width: 200, height: 300, channels: 3, background: BLUE } }, left: 200, top: 0 },
  ]);

async function colorAt(file: Uint8Array, x: number, y: number): Promise<'red' | 'blue'> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels;
  return (data[at] ?? 0) > (data[at + 2] ?? 0) ? 'red' : 'blue';
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A valid PNG of one colour, a thousand times smaller than its pixels. */
function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // One bit a pixel, grey.
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

describe('a picture', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('of type %s becomes WebP in the sizes of its use', async (type) => {
    const { files } = await encodePicture('poster', await halves().toFormat(type).toBuffer());
    const found = await Promise.all(files.map(async ({ bytes }) => sharp(bytes).metadata()));
    expect(found.map(({ width, height }) => ({ width, height }))).toEqual(PICTURE_SIZES.poster.toReversed());
    expect(new Set(found.map(({ format }) => format))).toEqual(new Set(['webp']));
  });

  test('keeps its orientation and nothing else of its metadata', async () => {
    const gps = { IFD0: { Copyright: 'unmistakable' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 0/1' } };
    const upload = await halves().withExif(gps).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await sharp(upload).metadata()).exif).toBeDefined();
    const { files } = await encodePicture('portrait', upload);
    for (const { bytes } of files) {
      const { exif, icc, xmp, orientation } = await sharp(bytes).metadata();
      expect([exif, icc, xmp, orientation]).toEqual([undefined, undefined, undefined, undefined]);
      expect(Buffer.from(bytes).includes('unmistakable')).toBe(false);
      // Turned by a quarter: left becomes top.
      expect([await colorAt(bytes, 0.5, 0.1), await colorAt(bytes, 0.5, 0.9)]).toEqual(['red', 'blue']);
    }
  });

  test('shows the first picture of an animation', async () => {
    const frames = await Promise.all([RED, BLUE].map((color) => plain(100, 100, color).png().toBuffer()));
    const upload = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    expect((await sharp(upload, { animated: true }).metadata()).pages).toBe(2);
    const { files } = await encodePicture('portrait', upload);
    for (const { bytes } of files) {
      expect((await sharp(bytes, { animated: true }).metadata()).pages).toBeUndefined();
      expect(await colorAt(bytes, 0.5, 0.5)).toBe('red');
    }
  });

  test('that is uploaded twice has one hash', async () => {
    const upload = await halves().png().toBuffer();
    const [one, other] = await Promise.all([encodePicture('portrait', upload), encodePicture('portrait', upload)]);
    expect(one.hash).toBe(other.hash);
    expect(one.hash).toMatch(/^[\w-]{43}$/);
  });
});

test('refuses what is no picture, is damaged, too small, or too large once decoded', async () => {
  const jpeg = await halves().jpeg().toBuffer();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>');
  const uploads: Record<string, [Buffer, string]> = {
    nothing: [Buffer.alloc(0), 'picture_invalid'],
    text: [Buffer.from('no picture'), 'picture_invalid'],
    svg: [svg, 'picture_invalid'],
    gif: [await halves().gif().toBuffer(), 'picture_invalid'],
    tiff: [await halves().tiff().toBuffer(), 'picture_invalid'],
    'svg that says JPEG': [Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), svg]), 'picture_invalid'],
    'half a JPEG': [jpeg.subarray(0, jpeg.length / 2), 'picture_invalid'],
    'a dot': [await plain(20, 20).png().toBuffer(), 'picture_invalid'],
    bomb: [pngOf(20_000, 20_000), 'picture_too_large'],
    strip: [pngOf(1_000_000, 64), 'picture_too_large'],
  };
  const codes = Object.entries(uploads).map(async ([name, [upload]]) => {
    const code = await encodePicture('portrait', upload).then(
      () => 'accepted',
      (error) => error.code,
    );
    return [name, code];
  });
  const expected = Object.entries(uploads).map(([name, [, code]]) => [name, code]);
  expect(await Promise.all(codes)).toEqual(expected);
});
