import { AppError } from '../../../server/protocol/errors.ts';
import type { PublishedCopy, ShownRecord } from '../../../server/trust/transparency/verify/published-copy.ts';
import type { ReviewHouse } from '../houses/review-house.ts';

/** What a house without a gateway publishes of its record. `number`: of an earlier log, without its convenient view. */
export function publishedBy({ domains }: ReviewHouse, number?: number): PublishedCopy {
  const { record, memberSignatures, publicReports } = domains;
  return {
    async read(path) {
      try {
        if (path === 'checkpoint') return Buffer.from(await record.readCheckpoint(number));
        if (path === 'vkey') return Buffer.from(await record.readKeys(number));
        if (path === 'members') return Buffer.from(await memberSignatures.read(number));
        return await record.readTile(path, number);
      } catch (error) {
        if (error instanceof AppError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    records: async () => (number === undefined ? ((await record.list({ limit: 1_000 })) as ShownRecord[]) : undefined),
    report: async (period) => publicReports.get(period),
  };
}
