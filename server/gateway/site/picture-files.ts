/** The files of uploaded pictures. Their addresses contain a hash of their content, so they can be cached forever. */
import type { Express } from 'express';
import type { Pictures } from '../../platform/pictures/pictures.ts';
import { AppError } from '../../protocol/errors.ts';
import { PICTURES_PATH } from '../../protocol/pictures.ts';
import type { HttpContext } from '../context.ts';
import type { HttpLimits } from '../rate-limits.ts';

const CACHE = 'public, max-age=31536000, immutable';
/** Hash (SHA-256, base64url) and width. */
const NAME = /^([\w-]{43})-(\d{2,4})\.webp$/;

/** The file at an address of a picture; undefined if there is none. */
export async function readPictureAt(
  pictures: Pick<Pictures, 'readFile'>,
  path: string,
): Promise<Uint8Array | undefined> {
  const [, hash = '', width] = NAME.exec(path.slice(PICTURES_PATH.length + 1)) ?? [];
  return width === undefined ? undefined : pictures.readFile(hash, Number(width));
}

export function mountPictures(app: Express, { pictures }: HttpContext, limits: HttpLimits): void {
  app.get(`${PICTURES_PATH}/:name`, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const file = await readPictureAt(pictures, `${PICTURES_PATH}/${request.params.name}`);
    if (!file) throw new AppError('not_found');
    // Pages of embedders show it.
    response.set({ 'cache-control': CACHE, 'cross-origin-resource-policy': 'cross-origin' });
    response.type('webp').send(Buffer.from(file));
  });
}
