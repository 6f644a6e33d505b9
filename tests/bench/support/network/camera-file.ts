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
/** Shapes that an encoder can follow, and a little grain on them; both divide the period. */
const SHAPE = { pixels: 30, contrast: 0.4 };
const GRAIN = { pixels: 10, contrast: 0.06 };

export async function writeCameraFile(path: string, random: () => number): Promise<void> {
  const { width, height, frameRate } = CAMERA;
  const shapes = createTexture(SHAPE, height, random);
  const grain = createTexture(GRAIN, height, random);
  const chroma = Buffer.alloc((width * height) / 2, 128);
  await using file = await open(path, 'w');
  await file.write(`YUV4MPEG2 W${width} H${height} F${frameRate}:1 Ip A1:1 C420jpeg\n`);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const luma = Buffer.alloc(width * height);
    for (let y = 0; y < height; y += 1) {
      const shapeRow = shapes[Math.floor(y / SHAPE.pixels)] ?? [];
      const grainRow = grain[Math.floor(y / GRAIN.pixels)] ?? [];
      for (let x = 0; x < width; x += 1) {
        const at = (x + frame * STEP_PIXELS) % PERIOD_PIXELS;
        const light = (shapeRow[Math.floor(at / SHAPE.pixels)] ?? 0) + (grainRow[Math.floor(at / GRAIN.pixels)] ?? 0);
        luma[y * width + x] = 128 + light;
      }
    }
    await file.write('FRAME\n');
    await file.write(luma);
    await file.write(chroma);
  }
}

/** Rows of blocks whose light differs at random from the mean. */
function createTexture(
  { pixels, contrast }: { pixels: number; contrast: number },
  height: number,
  random: () => number,
): number[][] {
  return Array.from({ length: Math.ceil(height / pixels) }, () =>
    Array.from({ length: PERIOD_PIXELS / pixels }, () => Math.round((random() - 0.5) * 255 * contrast)),
  );
}
