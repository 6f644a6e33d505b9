/** What a lobby offers, when its room ends or its person is refused. */
import { expect, test, vi } from 'vitest';
import { bindingOf } from '../../tests/support/browser/element-events.ts';
import { Emitter } from '../src/emitter.ts';
import { LogeError } from '../src/errors.ts';
import type { RoomEventMap } from '../src/events.ts';
import type { Room } from '../src/room.ts';
import { LogePrivate } from './loge-private.ts';
import { LogeReminder } from './room/loge-reminder.ts';

class TestPrivate extends LogePrivate {
  listen = (room: Room) => this.listenTo(room);
}
customElements.define('test-private', TestPrivate);
class TestReminder extends LogeReminder {
  listen = (room: Room) => this.listenTo(room);
}
customElements.define('test-reminder', TestReminder);

const EVENTS = ['accessRevoked', 'reconnected', 'roomChanged', 'roomEnded'] as const;

test.each(EVENTS)('a private session and a reminder are offered anew on %s', (name) => {
  const parts: { listen(room: Room): unknown; requestUpdate(): void }[] = [new TestPrivate(), new TestReminder()];
  for (const part of parts) {
    const emitter = new Emitter<RoomEventMap>(() => undefined);
    part.listen({ on: emitter.on.bind(emitter) } as unknown as Room);
    const render = vi.spyOn(part, 'requestUpdate');
    emitter.emit(name, {} as never);
    expect(render).toHaveBeenCalled();
  }
});

test('the shares of a price are those of the price that is offered', () => {
  const part = new TestPrivate();
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
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const remindMe = vi.fn(async () => true).mockRejectedValueOnce(new LogeError('timeout'));
  const part = new TestReminder();
  part.listen({ on: emitter.on.bind(emitter), info: { firstLiveAt: null }, remindMe } as unknown as Room);
  await expect.poll(() => remindMe.mock.settledResults[0]?.type).toBe('rejected');
  emitter.emit('reconnected', { downMs: 1_000 });
  await expect.poll(() => part.wanted).toBe(true);
  remindMe.mockRejectedValueOnce(new LogeError('timeout'));
  emitter.emit('reconnected', { downMs: 1_000 });
  await expect.poll(() => remindMe.mock.settledResults[2]?.type).toBe('rejected');
  expect(part.wanted).toBe(true);
});
