import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/protocol/errors.ts';
import type { SessionId } from '../../../server/protocol/ids.ts';
import { fromWire, type LogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import { SpareKeeper } from './spare-keeper.ts';

const FIRST = 'session_1' as SessionId;
const SECOND = 'session_2' as SessionId;
const OPENED_BY_MS = STAGE.spareAfterMs + STAGE.spareSpreadMs;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Spares are numbered in the order of opening. */
function keeper(refuse: () => LogeError | undefined = () => undefined) {
  const opened: { primary: SessionId; session: SessionId }[] = [];
  const closed: { session: SessionId; leave: boolean }[] = [];
  let attempts = 0;
  const spares = new SpareKeeper<{ session: SessionId }>({
    open: async (primary) => {
      attempts += 1;
      const refusal = refuse();
      if (refusal) throw refusal;
      const session = `spare_${opened.length + 1}` as unknown as SessionId;
      opened.push({ primary, session });
      return { session };
    },
    session: ({ session }) => session,
    isClosed: () => false,
    close: ({ session }, leave) => closed.push({ session, leave }),
    log: () => {},
  });
  return { spares, opened, closed, attempts: () => attempts };
}

it('opens a spare after a delay, only for the latest session', async () => {
  const { spares, opened } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs - 1);
  expect(opened).toEqual([]);
  spares.keep(SECOND);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(opened).toEqual([{ primary: SECOND, session: 'spare_1' }]);
  expect(spares.spare).toEqual({ session: 'spare_1' });
});

it('hands over the spare with the given id once', async () => {
  const { spares, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.take('spare_other')).toBeNull();
  expect(spares.take('spare_1')).toEqual({ session: 'spare_1' });
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
  expect(spares.confirm(FIRST, 'spare_1' as unknown as SessionId)).toEqual({ session: 'spare_1' });
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect([opened.length, closed]).toEqual([1, []]);
  for (const [primary, session] of [
    [FIRST, undefined],
    [FIRST, 'spare_9'],
    [SECOND, 'spare_3'],
  ] as [SessionId, SessionId | undefined][]) {
    const before = spares.spare;
    expect(spares.confirm(primary, session)).toBeNull();
    expect(closed.at(-1)).toEqual({ session: before?.session, leave: true });
    await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
    expect(opened.at(-1)?.primary).toBe(primary);
  }
});

it('leaves a spare that opens after it was dropped', async () => {
  const answer = Promise.withResolvers<{ session: SessionId }>();
  const close = vi.fn();
  const spares = new SpareKeeper<{ session: SessionId }>({
    open: () => answer.promise,
    session: ({ session }) => session,
    isClosed: () => false,
    close,
    log: () => {},
  });
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  spares.drop();
  answer.resolve({ session: SECOND });
  await vi.advanceTimersByTimeAsync(0);
  expect(spares.spare).toBeNull();
  expect(close).toHaveBeenCalledWith({ session: SECOND }, true);
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
  const opened: SessionId[] = [];
  const spares = new SpareKeeper<SessionId>({
    open: async () => {
      opened.push(`spare_${opened.length + 1}` as unknown as SessionId);
      return opened.at(-1) as SessionId;
    },
    session: (session) => session,
    isClosed: (session) => session === opened[0],
    close: () => {},
    log: () => {},
  });
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect([opened.length, spares.spare]).toEqual([1, null]);
  await vi.advanceTimersByTimeAsync(STAGE.spareRetryMs);
  expect(spares.spare).toBe('spare_2');
  spares.handleBroken();
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.spare).toBeNull();
  await vi.advanceTimersByTimeAsync(STAGE.spareRetryMs);
  expect(spares.spare).toBe('spare_3');
});
