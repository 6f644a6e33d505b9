import { bigint, timestamp } from '../platform/db/tables.ts';

export const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** Minor units. A JavaScript number holds them exactly up to 2^53, far above what a house can turn over. */
export const minor = (name: string) => bigint(name, { mode: 'number' });
