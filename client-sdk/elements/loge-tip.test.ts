/** A tip for an item of the menu, which the creator may change meanwhile. */
import { expect, test, vi } from 'vitest';
import { handlerOf, pressOf } from '../../tests/support/browser/element-events.ts';
import { fromWire, LogeError } from '../client/errors.ts';
import type { Room } from '../client/room.ts';
import { LogeTip } from './loge-tip.ts';

class TestTip extends LogeTip {
  override emit = () => true;
  override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  draw = () => {
    this.willUpdate(new Map());
    return this.render();
  };
}
customElements.define('test-tip', TestTip);

const SONG = { id: 'item_1', label: 'A song', amountMinor: 500 };

/** The dialog, in which the song is chosen. */
function chooseSong() {
  const room = {
    ...{ info: { id: 'room_1', creator: { name: 'Camille' } }, currency: 'eur', tipMenu: [SONG] },
    wallet: { currency: 'eur', balanceMinor: 10_000 },
    localParticipant: { permissions: { tip: true } },
    tip: vi.fn(async ({ amountMinor }: { amountMinor: number; menuItem?: string }) => ({ amountMinor })),
  };
  const part = new TestTip();
  part.room = room as unknown as Room;
  const press = (testId: string) => pressOf(part.draw(), testId)();
  const choose = (amountMinor: number) =>
    handlerOf(part.draw(), 'kind="tip"', 'amount-chosen')({ detail: { amountMinor } });
  press('tip-menu-item');
  const draw = () => part.draw();
  const sent = () => room.tip.mock.calls.map(([{ amountMinor, menuItem }]) => [amountMinor, menuItem]);
  return { room, press, choose, draw, sent };
}

test('an item whose price changes is chosen again, at its new price', async () => {
  const { room, press, sent } = chooseSong();
  room.tipMenu = [{ ...SONG, amountMinor: 800 }];
  await press('tip-send');
  expect(sent()).toEqual([]);
  press('tip-menu-item');
  await press('tip-send');
  expect(sent()).toEqual([[800, 'item_1']]);
});

test('an anonymous tip is sent as such, and the next one too', async () => {
  const { room, press, choose, draw } = chooseSong();
  const anonymous = () => room.tip.mock.calls.map(([tip]) => 'anonymous' in tip);
  choose(500);
  await press('tip-send');
  handlerOf(draw(), 'tip-anonymous', 'change')({ target: { checked: true } });
  await press('tip-send');
  choose(700);
  await press('tip-send');
  expect(anonymous()).toEqual([false, true, true]);
});

test('the price of an item that is gone is not paid without the request', async () => {
  const { room, press, choose, sent } = chooseSong();
  room.tipMenu = [];
  await press('tip-send');
  choose(500);
  await press('tip-send');
  expect(sent()).toEqual([[500, undefined]]);
});

test('an amount that is chosen after an item is a tip without a request, also at the same price', async () => {
  const { press, choose, sent } = chooseSong();
  choose(500);
  await press('tip-send');
  expect(sent()).toEqual([[500, undefined]]);
});

test('after a lost answer the same request is sent again although the menu has changed', async () => {
  const { room, press, draw } = chooseSong();
  room.tip.mockRejectedValueOnce(new LogeError('timeout'));
  const sending = press('tip-send');
  room.tipMenu = [{ ...SONG, amountMinor: 800 }];
  draw();
  await sending;
  await press('tip-send');
  const [first, again] = room.tip.mock.calls;
  expect(again).toEqual(first);
});

test('an item that the server refuses after a lost answer is chosen again', async () => {
  const { room, press, sent } = chooseSong();
  room.tip.mockRejectedValueOnce(new LogeError('timeout'));
  await press('tip-send');
  room.tipMenu = [{ ...SONG, amountMinor: 800 }];
  room.tip.mockRejectedValueOnce(fromWire({ code: 'menu_price_mismatch', message: '', retryable: false }));
  await press('tip-send');
  await press('tip-send');
  expect(sent()).toEqual([
    [500, 'item_1'],
    [500, 'item_1'],
  ]);
});

test('after a lost answer the item is chosen again at its new price by one press', async () => {
  const { room, press, draw, sent } = chooseSong();
  room.tip.mockRejectedValueOnce(new LogeError('timeout'));
  await press('tip-send');
  room.tipMenu = [{ ...SONG, amountMinor: 800 }];
  draw();
  press('tip-menu-item');
  await press('tip-send');
  expect(sent()).toEqual([
    [500, 'item_1'],
    [800, 'item_1'],
  ]);
});

test('an error that says nothing of the lost attempt keeps its request', async () => {
  const { room, press } = chooseSong();
  room.tip.mockRejectedValueOnce(new LogeError('timeout'));
  await press('tip-send');
  room.tipMenu = [{ ...SONG, amountMinor: 800 }];
  room.tip.mockRejectedValueOnce(fromWire({ code: 'access_required', message: '', retryable: false }));
  await press('tip-send');
  await press('tip-send');
  const [first, , again] = room.tip.mock.calls;
  expect(again).toEqual(first);
});
