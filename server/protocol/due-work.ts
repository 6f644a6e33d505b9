/** Work that the house does by itself, such as refunds at the provider, as operators see it. */
import { z } from 'zod';

const count = z.number().int().min(0);

export const dueWork = z.object({
  /** Such as `refunds`. */
  kind: z.string(),
  /** Rows that no process has taken in time. */
  overdue: count,
  /** Since when the first of them waits. */
  oldestDueAt: z.string().nullable(),
  /** Rows whose attempts fail. They are repeated. */
  failing: count,
  /** Some of these, those that have failed the longest. */
  faults: z.array(
    z.object({
      /** The primary key of the row. */
      key: z.string(),
      since: z.string(),
      attempts: count,
      fault: z.string(),
      /** When it is attempted again. */
      dueAt: z.string().nullable(),
    }),
  ),
});
export type DueWorkReport = z.infer<typeof dueWork>;

export const dueWorkList = z.object({ kinds: z.array(dueWork) });
