/** What a lobby offers, when its room ends or its person is refused. */
import { expect, test, vi } from 'vitest';
import { bindingOf } from '../../tests/support/browser/element-events.ts';
import { listening } from '../../tests/support/browser/listening-part.ts';
import { LogeError } from '../client/errors.ts';
import type { Room } from '../client/room.ts';
import { LogePrivate } from './loge-private.ts';
import { LogeReminder } from './room/loge-reminder.ts';

const EVENTS = ['accessRevoked', 'reconnected', 'roomChanged', 'roomEnded'] as const;

test.each(EVENTS)('a private session and a reminder are offered anew on %s', (name) => {
  for (const element of [new LogePrivate(), new LogeReminder()]) {
    const { part, emitter } = listening(element);
    const render = vi.spyOn(part, 'requestUpdate');
    emitter.emit(name, {} as never);
    expect(render).toHaveBeenCalled();
  }
});

test('the shares of a price are those of the price that is offered', () => {
  const part = new LogePrivate();
  const access = { kind: 'private', ratePerMinuteMinor: 300 };
  part.room = {
    ...{ info: { status: 'scheduled', access }, access: { state: 'required' }, localParticipant: { role: 'fan' } },
    ...{ wallet: { currency: 'eur', balanceMinor: 1_000 }, privateSession: { state: 'none', last: null } },
  } as unknown as Room;
  const priceOf = () => bindingOf(part.render(), 'kind="private_session"', '.amountMinor=');
  expect(priceOf()).toBe(300);
  access.ratePerMinuteMinor = 500;
  expect(priceOf()).toBe(500);
});

test('a reminder that could not be read is read again after a reconnect, and stays while that fails', async () => {
  const remindMe = vi.fn(async () => true).mockRejectedValueOnce(new LogeError('timeout'));
  const { part, emitter } = listening(new LogeReminder(), { info: { firstLiveAt: null }, remindMe });
  await expect.poll(() => remindMe.mock.settledResults[0]?.type).toBe('rejected');
  emitter.emit('reconnected', { downMs: 1_000 });
  await expect.poll(() => part.wanted).toBe(true);
  remindMe.mockRejectedValueOnce(new LogeError('timeout'));
  emitter.emit('reconnected', { downMs: 1_000 });
  await expect.poll(() => remindMe.mock.settledResults[2]?.type).toBe('rejected');
  expect(part.wanted).toBe(true);
});
