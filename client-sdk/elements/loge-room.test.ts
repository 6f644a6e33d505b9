import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { markupOf } from '../../tests/support/browser/element-markup.ts';
import { Emitter } from '../src/emitter.ts';
import { LogeError } from '../src/errors.ts';
import type { RoomEventMap } from '../src/events.ts';
import type { Room } from '../src/room.ts';
import { LogeRoom } from './loge-room.ts';

/** Without a browser: it renders nothing, and is in the page where `isConnected` says so. */
class TestRoom extends LogeRoom {
  override isConnected = true;
  updates = 0;
  override getAttribute = () => 'en';
  override createRenderRoot = () => this as unknown as HTMLElement;
  override performUpdate(): void {
    const changed = this.hasUpdated ? [] : ['token', 'room'];
    this.willUpdate(new Map(changed.map((name) => [name, undefined])));
    this.hasUpdated = true;
    this.isUpdatePending = false;
    this.updates += 1;
  }
  override prepareEntry(): void {}
}
customElements.define('test-room', TestRoom);

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: {} });
  vi.stubGlobal('location', { href: 'http://localhost/' });
  vi.stubGlobal(
    'MutationObserver',
    class {
      observe(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

test('an element that is not in the page opens no connection', async () => {
  const element = new TestRoom();
  element.token = 'token';
  element.connectedCallback();
  element.isConnected = false;
  element.disconnectedCallback();
  await element.updateComplete;
  expect([element.updates, element.room]).toEqual([1, undefined]);
});

/** The page after the return from a payment page. */
function returnTo(href: string) {
  const page = { href };
  vi.stubGlobal('location', page);
  vi.stubGlobal('history', {
    state: null,
    replaceState: (_state: unknown, _title: string, next: string) => Object.assign(page, { href: next }),
  });
  return page;
}

test('takes the outcome of a payment from the URL also with a Room that is connected already', async () => {
  const page = returnTo('http://localhost/live?loge-payment=ticket&checkout=cancelled');
  const element = new TestRoom();
  element.room = { on: () => () => {}, state: 'connected' } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  expect([page.href, element.notice]).toEqual(['http://localhost/live', 'cancelled']);
});

test('a payment that bought nothing opens no doors: its money goes back', async () => {
  returnTo('http://localhost/live?loge-payment=ticket&checkout=success&session_id=cs_1');
  const element = new TestRoom();
  element.room = {
    ...{ on: () => () => {}, state: 'connected', access: { state: 'required' } },
    wallet: { confirmCheckout: async () => 'returned' },
  } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  await expect.poll(() => element.notice).toBe('returned');
  element.disconnectedCallback();
});

test("an element that is moved in the page follows the embedder's Room again", async () => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const room = { on: emitter.on.bind(emitter), state: 'connected' } as unknown as Room;
  const element = new TestRoom();
  element.room = room;
  element.connectedCallback();
  await element.updateComplete;
  element.disconnectedCallback();
  element.connectedCallback();
  await element.updateComplete;
  // Its parts attach what they show when they are updated.
  expect(element.updates).toBe(2);
  emitter.emit('disconnected', { error: new LogeError('connection_failed') });
  expect(markupOf(element.render())).toContain('data-code="connection_failed"');
});
