/** Makes of an uploaded picture the files that are served: WebP in fixed sizes, without metadata and animation. */
import { createHash } from 'node:crypto';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { PICTURE_SIZES, type PictureUse } from '../../protocol/pictures.ts';
import { hasKnownType } from './picture-type.ts';
import type { PictureFile } from './pictures.store.ts';

const MIN_PIXELS_A_SIDE = 64;
const ENCODE_LIMIT_SECONDS = 15;
const QUALITY = 82;
const OPTIONS: SharpOptions = {
  // The first picture of an animated one.
  pages: 1,
  limitInputPixels: LIMITS.picturePixels,
  failOn: 'error',
  sequentialRead: true,
};

// A cached operation keeps its decoded picture: 400 MB of a damaged one.
sharp.cache(false);

export interface UploadedPicture {
  use: PictureUse;
  upload: Buffer;
}

export interface EncodedPicture {
  /** Of the largest file. */
  hash: string;
  files: PictureFile[];
}

/** Throws `picture_invalid` or `picture_too_large`. */
export async function encodePicture(use: PictureUse, upload: Buffer): Promise<EncodedPicture> {
  if (!hasKnownType(upload)) throw new AppError('picture_invalid');
  try {
    return await encode(use, upload);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('picture_invalid', 'The file is damaged.', { cause: error });
  }
}

async function encode(use: PictureUse, upload: Buffer): Promise<EncodedPicture> {
  // Reads the head of the file alone.
  const { width = 0, height = 0 } = await sharp(upload, { ...OPTIONS, limitInputPixels: false }).metadata();
  if (width * height > LIMITS.picturePixels) throw new AppError('picture_too_large');
  if (Math.min(width, height) < MIN_PIXELS_A_SIDE) {
    throw new AppError('picture_invalid', `A picture needs at least ${MIN_PIXELS_A_SIDE} pixels on each side.`);
  }
  const [largest, ...smaller] = PICTURE_SIZES[use].toReversed();
  // Decoded once: the smaller sizes are made of the largest. The orientation is the only metadata that counts.
  const { data, info } = await sharp(upload, OPTIONS)
    .autoOrient()
    .resize({ ...largest, fit: 'cover' })
    .timeout({ seconds: ENCODE_LIMIT_SECONDS })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const decoded = () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  const files = [await toFile(decoded(), info.width)];
  for (const size of smaller) files.push(await toFile(decoded().resize({ ...size, fit: 'cover' }), size.width));
  const hash = createHash('sha256')
    .update(files[0]?.bytes ?? '')
    .digest('base64url');
  return { hash, files };
}

async function toFile(picture: Sharp, width: number): Promise<PictureFile> {
  return { width, bytes: await picture.webp({ quality: QUALITY }).toBuffer() };
}
