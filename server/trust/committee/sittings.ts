/** Since when a seat is vacant and the quorum fails: from seats and terms alone, without I/O. */

/** In milliseconds since the epoch; `untilMs` is excluded, and infinite while nothing ends it. */
interface Span {
  fromMs: number;
  untilMs: number;
}

/** How long a seat has existed. */
export interface SeatSpan extends Span {
  id: string;
}

/** How long a member holds a seat: from the begin of the term to its end, at its date or before. */
export interface Sitting extends Span {
  seat: string;
}

/** How many seats have to be held, of how many there are. */
export type QuorumRule = (seats: number) => number;

export const majority: QuorumRule = (seats) => Math.floor(seats / 2) + 1;

const includes = ({ fromMs, untilMs }: Span, atMs: number) => fromMs <= atMs && atMs < untilMs;

/** How many seats there are, and how many of them are held. */
export function countHeld(seats: readonly SeatSpan[], sittings: readonly Sitting[], atMs: number) {
  const existing = seats.filter((seat) => includes(seat, atMs));
  const held = new Set(sittings.filter((sitting) => includes(sitting, atMs)).map(({ seat }) => seat));
  return { seats: existing.length, held: existing.filter(({ id }) => held.has(id)).length };
}

/** Null where somebody holds the seat now. A seat that nobody has held is vacant since it exists. */
export function vacantSince(seat: SeatSpan, sittings: readonly Sitting[], nowMs: number): number | null {
  const own = sittings.filter((sitting) => sitting.seat === seat.id);
  return failsSince([seat, ...own], nowMs, (atMs) => includes(seat, atMs) && !own.some((each) => includes(each, atMs)));
}

/** Null where the quorum stands now, or the house has no seats. */
export function quorumFailsSince(
  { seats, sittings }: { seats: readonly SeatSpan[]; sittings: readonly Sitting[] },
  quorum: QuorumRule,
  nowMs: number,
): number | null {
  return failsSince([...seats, ...sittings], nowMs, (atMs) => {
    const counted = countHeld(seats, sittings, atMs);
    return counted.seats > 0 && counted.held < quorum(counted.seats);
  });
}

/** The begin of the time up to now in which `fails` holds without a break. It changes where a span begins or ends. */
function failsSince(spans: readonly Span[], nowMs: number, fails: (atMs: number) => boolean): number | null {
  const changes = spans.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((atMs) => atMs <= nowMs);
  const latestFirst = [...new Set(changes)].sort((one, other) => other - one);
  const lastStood = latestFirst.findIndex((atMs) => !fails(atMs));
  const [since] = latestFirst.slice(0, lastStood === -1 ? undefined : lastStood).slice(-1);
  return since ?? null;
}
