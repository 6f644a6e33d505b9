import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/protocol/errors.ts';
import type { SessionId } from '../../../server/protocol/ids.ts';
import { fromWire, type LogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import { SpareKeeper } from './spare-keeper.ts';

const FIRST = 'session_1' as SessionId;
const SECOND = 'session_2' as SessionId;
const OPENED_BY_MS = STAGE.spareAfterMs + STAGE.spareSpreadMs;
const engine = { keepsSpares: true };
const log = () => {};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Ends = { session: string; leave: boolean }[];

function createSpare(session: string, closed: Ends = [], isClosed = false) {
  return {
    media: { session: session as SessionId, closed: isClosed },
    close: () => closed.push({ session, leave: false }),
    leave: () => closed.push({ session, leave: true }),
  };
}

/** Spares are numbered in the order of opening. */
function keeper(refuse: () => LogeError | undefined = () => undefined) {
  const opened: { primary: SessionId; session: string }[] = [];
  const closed: Ends = [];
  const line = { isDead: false };
  let attempts = 0;
  const spares = new SpareKeeper<ReturnType<typeof createSpare>>({
    open: async ({ spareOf: primary, place }) => {
      attempts += 1;
      const refusal = refuse();
      if (refusal) throw refusal;
      const session = `spare_${opened.length + 1}`;
      opened.push({ primary, session });
      place(createSpare(session, closed));
    },
    isLineDead: () => line.isDead,
    engine,
    log,
  });
  return { spares, opened, closed, line, attempts: () => attempts };
}

it('opens a spare after a delay, only for the latest session', async () => {
  const { spares, opened } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs - 1);
  expect(opened).toEqual([]);
  spares.keep(SECOND);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(opened).toEqual([{ primary: SECOND, session: 'spare_1' }]);
  expect(spares.spare?.media.session).toBe('spare_1');
});

it('opens no spare over a dead line', async () => {
  const { spares, opened, line } = keeper();
  line.isDead = true;
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(10 * OPENED_BY_MS);
  expect(opened).toEqual([]);
  line.isDead = false;
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(opened).toHaveLength(1);
});

it('hands over the spare with the given id once', async () => {
  const { spares, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.take('spare_other')).toBeNull();
  expect(spares.take('spare_1')?.media.session).toBe('spare_1');
  expect(spares.take('spare_1')).toBeNull();
  spares.drop();
  expect(closed).toEqual([]);
});

it('opens another when the server ends it, and leaves a spare that is dropped', async () => {
  const { spares, opened, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  spares.handleClosed('session_9');
  spares.handleClosed('spare_1');
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(opened.map(({ primary, session }) => [primary, session])).toEqual([
    [FIRST, 'spare_1'],
    [FIRST, 'spare_2'],
  ]);
  spares.drop();
  expect(closed).toEqual([
    { session: 'spare_1', leave: false },
    { session: 'spare_2', leave: true },
  ]);
});

it('keeps the spare after a reconnect if the server has the same one, else opens another', async () => {
  const { spares, opened, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.confirm(FIRST, 'spare_1' as unknown as SessionId)?.media.session).toBe('spare_1');
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect([opened.length, closed]).toEqual([1, []]);
  for (const [primary, session] of [
    [FIRST, undefined],
    [FIRST, 'spare_9'],
    [SECOND, 'spare_3'],
  ] as [SessionId, SessionId | undefined][]) {
    const before = spares.spare;
    expect(spares.confirm(primary, session)).toBeNull();
    expect(closed.at(-1)).toEqual({ session: before?.media.session, leave: true });
    await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
    expect(opened.at(-1)?.primary).toBe(primary);
  }
});

it('leaves a spare that opens after it was dropped', async () => {
  const answer = Promise.withResolvers<string>();
  const closed: Ends = [];
  const spares = new SpareKeeper<ReturnType<typeof createSpare>>({
    open: async ({ place }) => place(createSpare(await answer.promise, closed)),
    engine,
    log,
  });
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  spares.drop();
  answer.resolve(SECOND);
  await vi.advanceTimersByTimeAsync(0);
  expect(spares.spare).toBeNull();
  expect(closed).toEqual([{ session: SECOND, leave: true }]);
});

it('closes a spare that the server ends while it is being opened', async () => {
  const closed: Ends = [];
  const filled = Promise.withResolvers<void>();
  const spares = new SpareKeeper<ReturnType<typeof createSpare>>({
    open: ({ place }) => {
      place(createSpare('spare_1', closed));
      return filled.promise;
    },
    engine,
    log,
  });
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect([spares.next?.media.session, spares.spare]).toEqual(['spare_1', null]);
  spares.handleClosed('spare_1');
  expect(closed).toEqual([{ session: 'spare_1', leave: false }]);
  filled.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(spares.next).toBeNull();
});

it('retries later after a retryable failure only', async () => {
  let code: 'stage_unavailable' | 'spare_unavailable' = 'stage_unavailable';
  const { spares, attempts } = keeper(() => fromWire(new AppError(code).toWire()));
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(attempts()).toBe(1);
  code = 'spare_unavailable';
  await vi.advanceTimersByTimeAsync(STAGE.spareRetryMs);
  expect(attempts()).toBe(2);
  await vi.advanceTimersByTimeAsync(10 * STAGE.spareRetryMs);
  expect(attempts()).toBe(2);
});

it('does not keep a spare that ended while it was being opened, and retries a broken one later', async () => {
  const opened: string[] = [];
  const spares = new SpareKeeper<ReturnType<typeof createSpare>>({
    open: async ({ place }) => {
      const session = `spare_${opened.length + 1}`;
      opened.push(session);
      place(createSpare(session, [], opened.length === 1));
    },
    engine,
    log,
  });
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect([opened.length, spares.spare]).toEqual([1, null]);
  await vi.advanceTimersByTimeAsync(STAGE.spareRetryMs);
  expect(spares.spare?.media.session).toBe('spare_2');
  spares.handleBroken();
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.spare).toBeNull();
  await vi.advanceTimersByTimeAsync(STAGE.spareRetryMs);
  expect(spares.spare?.media.session).toBe('spare_3');
});
