/** Lists of payments are read in pages; the cursor is the time and id of the previous page's last payment. */
import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';

export interface PageEdge {
  at: string;
  id: string;
}

/** `rows` are one more than the page holds if there is another page. */
export function toPage<Row extends { id: string; paidAt: string }>(
  rows: Row[],
  limit: number,
): { page: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { page, next: last ? Buffer.from(`${iso(last.paidAt)} ${last.id}`).toString('base64url') : null };
}

export function parseEdge(cursor: string | undefined): PageEdge | undefined {
  if (cursor === undefined) return undefined;
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (Number.isNaN(Date.parse(at)) || !/^\w{1,64}$/.test(id)) throw new AppError('cursor_invalid');
  return { at, id };
}
