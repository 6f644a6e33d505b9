/** Times on the wire. */
import { z } from 'zod';

const LATEST_MS = Date.UTC(9999, 0, 1);

/** ISO 8601 with a time zone, within the years that JavaScript and every database format alike. */
export const moment = z.iso
  .datetime({ offset: true })
  .refine((value) => {
    const atMs = Date.parse(value);
    return atMs >= 0 && atMs < LATEST_MS;
  }, 'A moment lies between the years 1970 and 9998')
  // For the OpenAPI document; a time zone shifts the years at either end.
  .meta({ allOf: [{ pattern: '^(197[1-9]|19[89]|[2-8]|9[0-8]|99[0-8]|999[0-7])' }] });
