/** What a row of a room becomes when its live ends. Pure SQL; `rooms.store.ts` runs it. */
import { type SQL, sql } from '../platform/db/sql.ts';
import { gateways } from '../platform/jobs/gateways.schema.ts';
import * as LIMITS from '../protocol/limits.ts';
import { rooms } from './rooms.schema.ts';

/** Adds the live that ends at `endedAt` to the time on stage: a second at least. */
const liveSecondsAt = (endedAt: string | SQL) =>
  sql`${rooms.liveSeconds} + case when ${rooms.liveCountedFrom} is null then 0 else
    greatest(1, round(extract(epoch from ${endedAt}::timestamptz - ${rooms.liveCountedFrom})))::integer end`;

/** When a live ended whose gateway is gone: at its last heartbeat. */
export const lastHeartbeat = (at: string) =>
  sql`greatest(${rooms.liveStartedAt}, least(${at}::timestamptz,
    (select ${gateways.seenAt} from ${gateways} where ${gateways.id} = ${rooms.liveGateway})))`;

interface LiveEnd {
  endedAt?: string | SQL;
  /** It ends for want of its publisher or its gateway. */
  isInterrupted?: boolean;
}

/**
 * The columns of a room whose live ends. Only where tickets are sold does somebody wait for what they paid: from `at`
 * on, since nobody could come back during an outage.
 */
export const liveEnds = (at: string, { endedAt = at, isInterrupted = false }: LiveEnd = {}) => ({
  liveStartedAt: null,
  liveCountedFrom: null,
  liveGateway: null,
  livePublication: null,
  liveEndedAt: endedAt,
  liveInterrupted: isInterrupted,
  liveSeconds: liveSecondsAt(endedAt),
  pausedUntil: sql`case when ${rooms.accessKind} = 'ticket'
    then ${at}::timestamptz + interval '1 millisecond' * ${LIMITS.pauseDefaultMs} end`,
  pauseAnnounced: false,
});
