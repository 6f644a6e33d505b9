/** Mail, as operators see it. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';

export const undeliveredLetter = z.object({
  id: idSchema('letter'),
  to: z.string(),
  /** Which letter it was, such as `sign-in`. */
  template: z.string(),
  /** `bounced`: the mail server refused it for good. `expired`: it could not be sent in time. */
  status: z.enum(['bounced', 'expired']),
  /** What the mail server last answered, or why it was not sent; null if it was never tried. */
  answer: z.string().nullable(),
  attempts: z.number().int().min(0),
  createdAt: z.string(),
  settledAt: z.string(),
});
export type UndeliveredLetter = z.infer<typeof undeliveredLetter>;

/** Newest first. */
export const undeliveredLetterList = z.object({ letters: z.array(undeliveredLetter) });
