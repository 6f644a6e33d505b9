/**
 * The wall clock as blocks of light and dark in the picture, readable after any codec and at any size: a row of bits
 * and beneath it the same row inverted, so that a picture that was damaged or scaled too far is told from a reading.
 * Runs in the browser; both ends are on one machine and share its clock.
 */
const BITS = 24;
/** Share of the picture's width and height that the code takes. */
const WIDTH_SHARE = 0.9;
const ROW_SHARE = 0.06;
/** Modulus of the readings: 2^24 ms, some four and a half hours. */
const CYCLE_MS = 2 ** BITS;
/** Pixels of a block when it is read. */
const READ_BLOCK = 4;
const LEVEL = 128;

export function drawTimeCode(context: CanvasRenderingContext2D, nowMs: number): void {
  const { width, height } = context.canvas;
  const blockWidth = (width * WIDTH_SHARE) / BITS;
  const rowHeight = height * ROW_SHARE;
  const value = Math.floor(nowMs) % CYCLE_MS;
  for (let bit = 0; bit < BITS; bit += 1) {
    const isSet = Math.floor(value / 2 ** bit) % 2 === 1;
    for (const row of [0, 1]) {
      context.fillStyle = isSet === (row === 0) ? '#fff' : '#000';
      context.fillRect(bit * blockWidth, row * rowHeight, Math.ceil(blockWidth), Math.ceil(rowHeight));
    }
  }
}

export class TimeCodeReader {
  readonly #context: CanvasRenderingContext2D;

  constructor() {
    const canvas = Object.assign(document.createElement('canvas'), {
      width: BITS * READ_BLOCK,
      height: 2 * READ_BLOCK,
    });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new TypeError('There is no canvas to read with.');
    this.#context = context;
  }

  /** How long ago the picture was drawn, or undefined when it cannot be read. */
  ageMs(video: HTMLVideoElement, nowMs: number): number | undefined {
    const { width, height } = this.#context.canvas;
    const sourceWidth = video.videoWidth * WIDTH_SHARE;
    const sourceHeight = video.videoHeight * ROW_SHARE * 2;
    this.#context.drawImage(video, 0, 0, sourceWidth, sourceHeight, 0, 0, width, height);
    const { data } = this.#context.getImageData(0, 0, width, height);
    let value = 0;
    for (let bit = 0; bit < BITS; bit += 1) {
      const [upper, lower] = [0, 1].map((row) => {
        const x = bit * READ_BLOCK + READ_BLOCK / 2;
        const y = row * READ_BLOCK + READ_BLOCK / 2;
        return (data[(y * width + x) * 4 + 1] ?? 0) >= LEVEL;
      });
      if (upper === lower) return undefined;
      if (upper) value += 2 ** bit;
    }
    return (((Math.floor(nowMs) - value) % CYCLE_MS) + CYCLE_MS) % CYCLE_MS;
  }
}
