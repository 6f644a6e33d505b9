import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { markupOf, testIdsOf } from '../../tests/support/browser/element-markup.ts';
import { Emitter } from '../client/emitter.ts';
import { LogeError } from '../client/errors.ts';
import type { RoomEventMap } from '../client/events.ts';
import type { Room } from '../client/room.ts';
import { LogeRoom } from './loge-room.ts';
// Loaded beforehand: simulated time does not wait for it.
import './money/payment-outcome.ts';
import { base as english } from './texts/english/base.ts';

vi.mock('@awesome.me/webawesome/dist/components/toast/toast.js', () => ({}));
vi.mock('./theme/web-awesome.ts', () => ({}));

/** Without a browser: it renders nothing, and is in the page where `isConnected` says so. */
class TestRoom extends LogeRoom {
  override isConnected = true;
  updates = 0;
  readonly toasts: string[] = [];
  override querySelector = (() => ({
    create: (text: string) => this.toasts.push(text),
  })) as unknown as HTMLElement['querySelector'];
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
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

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
  element.room = { on: () => () => {}, state: 'connected', wallet: {} } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  expect([page.href, element.notice]).toEqual(['http://localhost/live', 'cancelled']);
});

/** The element after a return from the payment page, whose payment the provider answers with these, then the last. */
async function returnFrom(purpose: string, ...answers: string[]): Promise<TestRoom> {
  returnTo(`http://localhost/live?loge-payment=${purpose}&checkout=success&session_id=cs_1`);
  const element = new TestRoom();
  element.room = {
    ...{ on: () => () => {}, state: 'connected', access: { state: 'required' } },
    wallet: { confirmCheckout: async () => (answers.length > 1 ? answers.shift() : answers[0]) },
  } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  return element;
}

test('a payment that bought nothing opens no doors: its money goes back', async () => {
  const element = await returnFrom('ticket', 'returned');
  await expect.poll(() => element.notice).toBe('returned');
  element.disconnectedCallback();
});

test.each([
  ['tip', 'paid', english.lobby.paid],
  ['tip', 'returned', english.lobby.returned],
  ['topup', 'returned', english.lobby.returned],
  ['topup', 'expired', english.lobby.refused],
])('a card payment for a %s that is %s says no more than that', async (purpose, status, words) => {
  const element = await returnFrom(purpose, status);
  await expect.poll(() => element.toasts).toEqual([words]);
});

test.each([
  ['refused', 'expired'],
  ['late', 'open'],
])('the wait for a payment that is confirmed too late ends as %s', async (notice, last) => {
  vi.useFakeTimers();
  const element = await returnFrom('ticket', 'open', 'open', last);
  expect(element.notice).toBe('confirming');
  await vi.advanceTimersByTimeAsync(61_000);
  expect(element.notice).toBe(notice);
});

test("an element that is moved in the page follows the embedder's Room again", async () => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const room = { on: emitter.on.bind(emitter), state: 'connected', wallet: {} } as unknown as Room;
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

test('the first credit that arrives on a page is announced, with its amount', async () => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const create = vi.fn();
  const element = new TestRoom();
  element.querySelector = (() => ({ create })) as unknown as typeof element.querySelector;
  element.room = {
    ...{ on: emitter.on.bind(emitter), state: 'connected' },
    wallet: { balanceMinor: 500 },
  } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  emitter.emit('walletChanged', { balanceMinor: 2_500, promoMinor: 0, currency: 'eur' });
  await expect.poll(() => create.mock.calls[0]?.[0]).toBe('€20.00 added to your wallet');
});

test.each([
  ['account_suspended', '/reports', true],
  ['account_suspended', undefined, false],
  ['forbidden', '/reports', false],
] as const)('a person who is refused (%s) can appeal at %s: %s', async (code, path, mayAppeal) => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const element = new TestRoom();
  element.decisionsPath = path;
  element.room = { on: emitter.on.bind(emitter), state: 'connected', wallet: {} } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  emitter.emit('disconnected', { error: new LogeError(code, 'Refused.') });
  expect(markupOf(element.render()).includes('<a href="/reports">')).toBe(mayAppeal);
});

test.each([
  ['token', true],
  [undefined, false],
])('with the token %s, an element can connect again: %s', async (token, canRetry) => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const element = new TestRoom();
  element.token = token;
  // A Room of the embedder, which connects it.
  element.room = { on: emitter.on.bind(emitter), state: 'connected', wallet: {} } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  emitter.emit('disconnected', { error: new LogeError('connection_failed') });
  expect(testIdsOf(element.render()).includes('room-retry')).toBe(canRetry);
});

test('an element that is placed with its room listens to it once', async () => {
  const on = vi.fn((_name: string) => () => {});
  const element = new TestRoom();
  element.room = { on, state: 'connected', wallet: {} } as unknown as Room;
  element.connectedCallback();
  await element.updateComplete;
  expect(on.mock.calls.filter(([name]) => name === 'walletChanged')).toHaveLength(1);
});
