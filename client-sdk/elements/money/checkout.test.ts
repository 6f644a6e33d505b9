import { afterEach, expect, test, vi } from 'vitest';
import type { Room } from '../../client/room.ts';
import { returnUrlFor, takeCheckoutReturn } from './checkout.ts';

afterEach(() => vi.unstubAllGlobals());

const room = { info: { id: 'room_1' } } as unknown as Room;

/** A page that was opened at this address. */
function open(href: string): { href: string } {
  const page = { href };
  const replaceState = (_state: unknown, _title: string, next: string) => Object.assign(page, { href: next });
  vi.stubGlobal('location', page);
  vi.stubGlobal('history', { state: null, replaceState });
  return page;
}

test('a payment comes back to the room that it was made in, once', () => {
  const page = open('https://shop.example/live?id=7');
  page.href = `${returnUrlFor('topup', page.href, room)}&checkout=success&session_id=cs_1`;
  expect(takeCheckoutReturn('room_2')).toBeUndefined();
  expect(takeCheckoutReturn('room_1')).toEqual({ purpose: 'topup', outcome: 'success', session: 'cs_1' });
  expect(page.href).toBe('https://shop.example/live?id=7');
  expect(takeCheckoutReturn('room_1')).toBeUndefined();
});

test("a payment of the page's own is left alone, with its parameters", () => {
  for (const own of ['checkout=success&session_id=7', 'redirect_status=failed&payment_intent=pi_1']) {
    const page = open(`https://shop.example/live?${own}`);
    expect(takeCheckoutReturn('room_1')).toBeUndefined();
    expect(page.href).toBe(`https://shop.example/live?${own}`);
  }
});
