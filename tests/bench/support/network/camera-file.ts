/**
 * A picture for Chromium's fake camera whose capture costs nearly no CPU: shapes with grain that move sideways, as a
 * Y4M file of two seconds that repeats without a seam.
 */
import { open } from 'node:fs/promises';

export const CAMERA = { width: 1_280, height: 720, frameRate: 25 };
const FRAMES = 50;
const STEP_PIXELS = 6;
/** The texture repeats, so that the last frame leads to the first. */
const PERIOD_PIXELS = FRAMES * STEP_PIXELS;
/**
 * Soft shapes and a little texture on them, as a camera sees them; both divide the period. Sharp edges would make key
 * frames that fill a slow line for seconds, and after which an encoder leaves frames out.
 */
const SHAPE = { pixels: 60, contrast: 0.6 };
const TEXTURE = { pixels: 10, contrast: 0.1 };

export async function writeCameraFile(path: string, random: () => number): Promise<void> {
  const { width, height, frameRate } = CAMERA;
  const shapes = createLight(SHAPE, height, random);
  const texture = createLight(TEXTURE, height, random);
  const chroma = Buffer.alloc((width * height) / 2, 128);
  await using file = await open(path, 'w');
  await file.write(`YUV4MPEG2 W${width} H${height} F${frameRate}:1 Ip A1:1 C420jpeg\n`);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const luma = Buffer.alloc(width * height);
    for (let y = 0; y < height; y += 1) {
      const [shapeRow = [], textureRow = []] = [shapes[y], texture[y]];
      for (let x = 0; x < width; x += 1) {
        const at = (x + frame * STEP_PIXELS) % PERIOD_PIXELS;
        luma[y * width + x] = 128 + (shapeRow[at] ?? 0) + (textureRow[at] ?? 0);
      }
    }
    await file.write('FRAME\n');
    await file.write(luma);
    await file.write(chroma);
  }
}

/** Rows of light that differs from the mean: random at the corners of a grid, and even between them. */
function createLight(
  { pixels, contrast }: { pixels: number; contrast: number },
  height: number,
  random: () => number,
): number[][] {
  const columns = PERIOD_PIXELS / pixels;
  const grid = Array.from({ length: Math.ceil(height / pixels) + 1 }, () =>
    Array.from({ length: columns }, () => (random() - 0.5) * 255 * contrast),
  );
  const between = (from: number, to: number, share: number) => from + (to - from) * share;
  const along = (row: readonly number[], x: number) => {
    const left = Math.floor(x / pixels);
    return between(row[left] ?? 0, row[(left + 1) % columns] ?? 0, (x % pixels) / pixels);
  };
  return Array.from({ length: height }, (_, y) => {
    const above = Math.floor(y / pixels);
    const [upper = [], lower = []] = [grid[above], grid[above + 1]];
    return Array.from({ length: PERIOD_PIXELS }, (_, x) =>
      Math.round(between(along(upper, x), along(lower, x), (y % pixels) / pixels)),
    );
  });
}
