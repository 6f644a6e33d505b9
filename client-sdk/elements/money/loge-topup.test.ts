/** The dialog to top up, while the saved cards are being read. */
import type { TemplateResult } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import type { SavedCard } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../src/room.ts';
import { LogeTopup } from './loge-topup.ts';

class TestTopup extends LogeTopup {
  /** The page of the test opens the payment page itself. */
  override dispatchEvent = () => false;

  show(): void {
    this.wanted = { missingMinor: 0 };
    this.willUpdate(new Map([['wanted', undefined]]));
  }

  pay(): Promise<void> {
    const { strings, values } = this.render() as TemplateResult;
    const press = values[strings.findIndex((text) => text.endsWith('@click='))] as () => Promise<void>;
    return press();
  }
}
customElements.define('test-topup', TestTopup);

afterEach(() => vi.unstubAllGlobals());

test('the choice of another card stays when the saved cards are read again', async () => {
  vi.stubGlobal('location', { href: 'http://localhost/' });
  const cards = [{ id: 'card_1', brand: 'visa', last4: '4242' }] as unknown as SavedCard[];
  const late = Promise.withResolvers<SavedCard[]>();
  const paid: string[] = [];
  const wallet = {
    ...{ currency: 'eur', balanceMinor: 0 },
    cards: vi.fn(() => late.promise).mockResolvedValueOnce(cards),
    topUp: async () => {
      paid.push('page');
      return { checkoutUrl: 'http://localhost/pay' };
    },
    topUpByCard: async ({ card }: { card: string }) => {
      paid.push(card);
      return { status: 'succeeded' };
    },
  };
  const topup = new TestTopup();
  topup.room = { wallet } as unknown as Room;
  topup.show();
  await expect.poll(() => topup.cards).toBe(cards);
  await topup.pay();
  topup.show();
  topup.card = '';
  const again = [...cards];
  late.resolve(again);
  await expect.poll(() => topup.cards).toBe(again);
  await topup.pay();
  expect(paid).toEqual(['card_1', 'page']);
});
