/** Pictures: in which sizes they are kept, and their addresses. */
import { z } from 'zod';
import * as LIMITS from './limits.ts';

/** What a picture is of, with its sizes, smallest first. Each use has one shape: pages reserve its place. */
export const PICTURE_SIZES = {
  portrait: [
    { width: 96, height: 96 },
    { width: 256, height: 256 },
    { width: 640, height: 640 },
  ],
  poster: [
    { width: 480, height: 270 },
    { width: 960, height: 540 },
    { width: 1600, height: 900 },
  ],
} as const;
export type PictureUse = keyof typeof PICTURE_SIZES;

const size = z.object({
  width: z.number().int(),
  height: z.number().int(),
  path: z.string().meta({ description: 'A path on this house. What is there never changes.' }),
});
/** A picture in several sizes, smallest first; null if there is none. */
export const picture = z.array(size).nullable();
export type Picture = z.infer<typeof picture>;

export const PICTURES_PATH = '/media/pictures';

/** The picture with this hash, as it is on the wire. */
export function pictureOf(use: PictureUse, hash: string | null | undefined): Picture {
  if (!hash) return null;
  return PICTURE_SIZES[use].map((it) => ({ ...it, path: `${PICTURES_PATH}/${hash}-${it.width}.webp` }));
}

/** What operations that take a picture have in common. */
export const PICTURE_UPLOAD = { types: LIMITS.pictureTypes, maxBytes: LIMITS.pictureBytes } as const;
export const PICTURE_ERRORS = ['picture_invalid', 'picture_too_large', 'timeout'] as const;
