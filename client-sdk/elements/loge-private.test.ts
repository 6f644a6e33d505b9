/** What a lobby offers, when its room ends or its person is refused. */
import { expect, test, vi } from 'vitest';
import { Emitter } from '../src/emitter.ts';
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
