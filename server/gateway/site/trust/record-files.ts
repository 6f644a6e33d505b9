/**
 * The log of the record as the static files of C2SP tlog-tiles: `checkpoint`, `vkey`, tiles and bundles of entries; and
 * the signatures of `members`. An earlier log has its number before them.
 */
import type { Express } from 'express';
import { AppError } from '../../../protocol/errors.ts';
import type { HttpContext } from '../../context.ts';
import type { HttpLimits } from '../../rate-limits.ts';

/** Tiles never change: what a partial one has stays the beginning of those that follow. */
const FOREVER = 'public, max-age=31536000, immutable';
const A_MINUTE = 'public, max-age=60';

export function mountRecordFiles(app: Express, { record, memberSignatures }: HttpContext, limits: HttpLimits): void {
  const texts = new Map<string, (log?: number) => Promise<string>>([
    ['checkpoint', (log) => record.readCheckpoint(log)],
    ['vkey', (log) => record.readKeys(log)],
    ['members', (log) => memberSignatures.read(log)],
  ]);
  app.get('/transparency/log/*path', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const [, number, path = ''] = /^(?:([1-9]\d{0,3})\/)?(.+)$/.exec(request.params.path.join('/')) ?? [];
    const log = number === undefined ? undefined : Number(number);
    response.set({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
    const readText = texts.get(path);
    if (readText) {
      response
        .set('cache-control', A_MINUTE)
        .type('text/plain; charset=utf-8')
        .send(await readText(log));
    } else if (path.startsWith('tile/')) {
      const bytes = await record.readTile(path, log);
      response.set('cache-control', FOREVER).type('application/octet-stream').send(bytes);
    } else throw new AppError('not_found');
  });
}
