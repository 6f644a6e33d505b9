import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SessionId } from '../../../server/protocol/ids.ts';
import { LogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import { SpareKeeper } from './spare-keeper.ts';

const FIRST = 'session_1' as SessionId;
const SECOND = 'session_2' as SessionId;
const OPENED_BY_MS = STAGE.spareAfterMs + STAGE.spareSpreadMs;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Spares are numbered as they are opened. */
function keeper(refuse: () => LogeError | undefined = () => undefined) {
  const opened: { of: SessionId; session: SessionId }[] = [];
  const closed: { session: SessionId; tell: boolean }[] = [];
  let attempts = 0;
  const spares = new SpareKeeper<{ session: SessionId }>({
    open: async (of) => {
      attempts += 1;
      const refusal = refuse();
      if (refusal) throw refusal;
      const session = `spare_${opened.length + 1}` as unknown as SessionId;
      opened.push({ of, session });
      return { session };
    },
    session: ({ session }) => session,
    isClosed: () => false,
    close: ({ session }, tell) => closed.push({ session, tell }),
    log: () => {},
  });
  return { spares, opened, closed, attempts: () => attempts };
}

it('opens a spare when joining is over, and not for a session that is over by then', async () => {
  const { spares, opened } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(STAGE.spareAfterMs - 1);
  expect(opened).toEqual([]);
  spares.keep(SECOND);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(opened).toEqual([{ of: SECOND, session: 'spare_1' }]);
  expect(spares.spare).toEqual({ session: 'spare_1' });
});

it('gives the spare that is named to whoever takes it, once', async () => {
  const { spares, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.take('spare_other')).toBeNull();
  expect(spares.take('spare_1')).toEqual({ session: 'spare_1' });
  expect(spares.take('spare_1')).toBeNull();
  spares.drop();
  expect(closed).toEqual([]);
});

it('opens another when the server ends it, and tells the server of one that is let go', async () => {
  const { spares, opened, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  spares.handleClosed('session_9');
  spares.handleClosed('spare_1');
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(opened.map(({ of, session }) => [of, session])).toEqual([
    [FIRST, 'spare_1'],
    [FIRST, 'spare_2'],
  ]);
  spares.drop();
  expect(closed).toEqual([
    { session: 'spare_1', tell: false },
    { session: 'spare_2', tell: true },
  ]);
});

it('keeps what it has where the server has the same after a lost socket, and opens another where it has not', async () => {
  const { spares, opened, closed } = keeper();
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(spares.confirm(FIRST, 'spare_1' as unknown as SessionId)).toEqual({ session: 'spare_1' });
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect([opened.length, closed]).toEqual([1, []]);
  for (const [of, session] of [
    [FIRST, undefined],
    [FIRST, 'spare_9'],
    [SECOND, 'spare_3'],
  ] as [SessionId, SessionId | undefined][]) {
    const before = spares.spare;
    expect(spares.confirm(of, session)).toBeNull();
    expect(closed.at(-1)).toEqual({ session: before?.session, tell: true });
    await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
    expect(opened.at(-1)?.of).toBe(of);
  }
});

it('lets go of a spare whose opening ends after it was given up', async () => {
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

it('asks again after a while when it could not be had, and not where there is none', async () => {
  let code: 'stage_unavailable' | 'spare_unavailable' = 'stage_unavailable';
  const { spares, attempts } = keeper(() => new LogeError(code));
  spares.keep(FIRST);
  await vi.advanceTimersByTimeAsync(OPENED_BY_MS);
  expect(attempts()).toBe(1);
  code = 'spare_unavailable';
  await vi.advanceTimersByTimeAsync(STAGE.spareRetryMs);
  expect(attempts()).toBe(2);
  await vi.advanceTimersByTimeAsync(10 * STAGE.spareRetryMs);
  expect(attempts()).toBe(2);
});

it('does not keep a spare that ended while it was being opened, nor asks at once for another whose path is broken', async () => {
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
