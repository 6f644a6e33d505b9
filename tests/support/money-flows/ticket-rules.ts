/**
 * The rules of tickets in plain words, from what the steps wrote down: what counts as a live, who has used a ticket,
 * who may give it back or gets it back, and when its money is released.
 */
import type { SoakHouse } from '../soak/soak-house.ts';
import type { Diary } from './diary.ts';
import { select } from './whereabouts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A live that is shorter counts as not held. */
const LEAST_LIVE_MS = 5 * MINUTE_MS;
/** Of an undated room, from its first sale or from when it lost its date. */
const DATE_DUE_MS = 30 * DAY_MS;
/** How late a live may begin, or go on after a pause. */
const PATIENCE_MS = 6 * HOUR_MS;
const HOLD_MS = 7 * DAY_MS;
const NEW_CREATOR_HOLD_MS = 14 * DAY_MS;
const NEW_CREATOR_MS = 30 * DAY_MS;
/** Refunds by the rule of rooms that end, and of people who are shut out. */
const NO_LIVE = ['not_held', 'live_over'];
const SHUT_OUT = ['removed_from_room', 'blocked'];

export interface TicketSeen {
  id: string;
  room: string;
  identity: string;
  status: string;
  orderedMs: number;
  boughtMs: number;
  isWaived: boolean;
  /** Now. */
  dateMs: number | null;
  endedMs: number | null;
  hasDispute: boolean;
  /** Why the house gave it back. */
  reasons: string[];
}

/** Tickets that were paid. */
export async function readTickets(house: SoakHouse): Promise<TicketSeen[]> {
  const rows = await select<Record<string, string | null> & { is_waived: boolean; has_dispute: boolean }>(
    house,
    `select t.id, t.room, t.identity, t.status, t.created_at::text as ordered, t.bought_at::text as bought,
        r.starts_at::text as starts, r.ended_at::text as ended,
        exists (select 1 from waivers w where w.item = t.id) as is_waived,
        exists (select 1 from disputes d where d.source_id = t.id) or exists (select 1 from dispute_freezes f
          join ledger_transactions x on x.id = f.transaction where x.source_id = t.id) as has_dispute,
        (select string_agg(reason, ' ') from refunds f where f.payment = t.id and f.by = '#house') as reasons
      from tickets t join rooms r on r.id = t.room
      where t.status in ('valid', 'refunded', 'disputed') and t.bought_at is not null order by t.bought_at, t.id`,
  );
  const time = (text: string | null | undefined) => (text ? Date.parse(text) : null);
  return rows.map((row) => ({
    id: row.id ?? '',
    room: row.room ?? '',
    identity: row.identity ?? '',
    status: row.status ?? '',
    orderedMs: time(row.ordered) ?? 0,
    boughtMs: time(row.bought) ?? 0,
    isWaived: row.is_waived,
    dateMs: time(row.starts),
    endedMs: time(row.ended),
    hasDispute: row.has_dispute,
    reasons: row.reasons?.split(' ') ?? [],
  }));
}

/** Lives that were on after the sale; one that was on during it counts whole. */
function liveMsFor({ room, boughtMs }: TicketSeen, diary: Diary): number {
  return diary
    .livesOf(room)
    .filter(({ untilMs }) => untilMs !== undefined && untilMs > boughtMs)
    .reduce((sum, { fromMs, untilMs = fromMs }) => sum + untilMs - fromMs, 0);
}

function hadNoLive(ticket: TicketSeen, diary: Diary): boolean {
  return !diary.liveOf(ticket.room) && liveMsFor(ticket, diary) < LEAST_LIVE_MS;
}

export function mayWithdraw(ticket: TicketSeen, diary: Diary, nowMs: number): boolean {
  const { id, room, orderedMs, isWaived, dateMs } = ticket;
  const moves = diary.movesOf(room);
  if (!moves.some(({ atMs }) => atMs >= orderedMs)) {
    const isBound = isWaived && diary.dateAt(room, orderedMs, dateMs) !== null;
    return hadNoLive(ticket, diary) && !isBound;
  }
  if (hadNoLive(ticket, diary)) return true;
  const promised = moves.flatMap(({ atMs, previousMs, nextMs }) => [previousMs ?? atMs + DAY_MS, nextMs ?? 0]);
  return nowMs < Math.max(...promised) && !diary.seen.has(id);
}

/** After each step: what buyers may do, and what went back or was released too early. */
export async function findWrongTickets(house: SoakHouse, diary: Diary): Promise<string[]> {
  const tickets = await readTickets(house);
  return [
    ...(await findWrongRights(house, diary, tickets)),
    ...tickets.flatMap((ticket) => findWrongReturns(ticket, diary)),
    ...(await findEarlyReleases(house)),
  ];
}

async function findWrongRights(house: SoakHouse, diary: Diary, tickets: TicketSeen[]): Promise<string[]> {
  const faults: string[] = [];
  for (const identity of new Set(tickets.map((ticket) => ticket.identity))) {
    const shown = await house.app.money.withdrawals.listTickets(identity);
    for (const { id, withdrawable } of shown) {
      const ticket = tickets.find((each) => each.id === id);
      if (ticket?.status !== 'valid') continue;
      const isAllowed = mayWithdraw(ticket, diary, house.clock.now());
      if (withdrawable !== isAllowed)
        faults.push(`${id} can ${withdrawable ? '' : 'not '}be given back, and should ${isAllowed ? '' : 'not '}be`);
    }
  }
  return faults;
}

function findWrongReturns(ticket: TicketSeen, diary: Diary): string[] {
  const { id, status, reasons, identity, room, boughtMs, endedMs } = ticket;
  const faults: string[] = [];
  const wasLive = liveMsFor(ticket, diary) >= LEAST_LIVE_MS;
  if (wasLive && reasons.some((reason) => NO_LIVE.includes(reason)))
    faults.push(`${id} went back as not held, and its live was long enough`);
  if (wasLive && diary.seen.has(id) && reasons.some((reason) => SHUT_OUT.includes(reason)))
    faults.push(`${id} went back because its holder was shut out, and they had been inside`);
  const isDue = diary.shutOuts.some(
    (out) =>
      out.identity === identity &&
      (out.room ?? room) === room &&
      out.liftedMs === undefined &&
      out.atMs >= boughtMs &&
      (endedMs === null || endedMs > out.atMs),
  );
  if (status === 'valid' && isDue && !diary.seen.has(id))
    faults.push(`${id} was kept, although its holder was shut out without having been inside`);
  return faults;
}

/** A ticket's money waits for the end of its room, then for the hold; other money for the hold from its sale on. */
async function findEarlyReleases(house: SoakHouse): Promise<string[]> {
  const rows = await select<Record<'id' | 'kind' | 'released' | 'sold' | 'first', string> & { ended: string | null }>(
    house,
    `select x.source_id as id, x.kind, rel.released_at::text as released, x.created_at::text as sold,
        r.ended_at::text as ended,
        (select min(o.created_at)::text from ledger_entries e join ledger_transactions o on o.id = e.transaction
          where e.account = 'creator_pending:eur:' || rel.creator) as first
      from released_earnings rel join ledger_transactions x on x.id = rel.sale
      left join tickets t on t.id = x.source_id left join rooms r on r.id = t.room`,
  );
  return rows.flatMap(({ id, kind, released, sold, ended, first }) => {
    if (kind === 'ticket' && ended === null) return [`${id} was released before its room was over`];
    const soldMs = Date.parse(sold);
    const isNew = soldMs < Date.parse(first) + NEW_CREATOR_MS;
    const fromMs = kind === 'ticket' ? Math.max(soldMs, Date.parse(ended ?? '')) : soldMs;
    const dueMs = fromMs + (isNew ? NEW_CREATOR_HOLD_MS : HOLD_MS);
    return Date.parse(released) < dueMs ? [`${id} was released on ${released}, too early`] : [];
  });
}

/** When nothing moves any more: every room that sold a ticket is over, and each ticket is used or has gone back. */
export async function findUnsettledTickets(house: SoakHouse, diary: Diary): Promise<string[]> {
  const tickets = await readTickets(house);
  const orders = await select<{ room: string; first: string }>(
    house,
    'select room, min(created_at)::text as first from tickets group by room',
  );
  const firstOrders = new Map(orders.map(({ room, first }) => [room, Date.parse(first)]));
  return tickets.flatMap((ticket) => {
    const { id, room, status, endedMs } = ticket;
    if (endedMs === null) return [`${id} waits for ever: its room ${room} is not over`];
    const faults: string[] = [];
    if (status === 'valid' && hadNoLive(ticket, diary)) faults.push(`${id} was kept, and there was no live for it`);
    const earliestMs = diary.ended.has(room) ? 0 : findLapse(ticket, firstOrders.get(room) ?? 0, diary);
    if (endedMs < earliestMs) faults.push(`${room} was ended too early`);
    return faults;
  });
}

/** From when on a room may end by itself; an order that was not paid counts as a sale. */
function findLapse({ room, dateMs }: TicketSeen, firstOrderMs: number, diary: Diary): number {
  const lives = diary.livesOf(room);
  if (lives.length > 0) return Math.max(...lives.map(({ fromMs, untilMs = fromMs }) => untilMs)) + PATIENCE_MS;
  if (dateMs !== null) return dateMs + PATIENCE_MS;
  const lostMs = diary.movesOf(room).findLast(({ nextMs }) => nextMs === null)?.atMs ?? 0;
  return Math.max(firstOrderMs, lostMs) + DATE_DUE_MS;
}
