/**
 * A picture for Chromium's fake camera that takes all the bits that an encoder is given, as leaves or water do, and
 * whose capture costs nearly no CPU: frames of moving noise as a Y4M file, two seconds that repeat without a seam.
 */
import { open } from 'node:fs/promises';

export const CAMERA = { width: 1_280, height: 720, frameRate: 25 };
const FRAMES = 50;
const STEP_PIXELS = 13;
/** The texture repeats, so that the last frame leads to the first. */
const PERIOD_PIXELS = FRAMES * STEP_PIXELS;
/** Noise in blocks of this size survives scaling. */
const BLOCK_PIXELS = 5;
const CONTRAST = 0.4;

export async function writeCameraFile(path: string, random: () => number): Promise<void> {
  const { width, height, frameRate } = CAMERA;
  const rows = Array.from({ length: Math.ceil(height / BLOCK_PIXELS) }, () => createRow(random));
  const chroma = Buffer.alloc((width * height) / 2, 128);
  await using file = await open(path, 'w');
  await file.write(`YUV4MPEG2 W${width} H${height} F${frameRate}:1 Ip A1:1 C420jpeg\n`);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const luma = Buffer.alloc(width * height);
    for (let y = 0; y < height; y += 1) {
      const row = rows[Math.floor(y / BLOCK_PIXELS)] ?? Buffer.alloc(0);
      const from = (frame * STEP_PIXELS) % PERIOD_PIXELS;
      row.copy(luma, y * width, from, from + width);
    }
    await file.write('FRAME\n');
    await file.write(luma);
    await file.write(chroma);
  }
}

function createRow(random: () => number): Buffer {
  const period = Buffer.alloc(PERIOD_PIXELS);
  for (let x = 0; x < PERIOD_PIXELS; x += BLOCK_PIXELS)
    period.fill(128 + Math.floor((random() - 0.5) * 255 * CONTRAST), x, x + BLOCK_PIXELS);
  return Buffer.concat([period, period, period]);
}
