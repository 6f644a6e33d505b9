/** The dialog to top up, while the saved cards are being read. */
import type { TemplateResult } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import type { SavedCard } from '../../../server/protocol/money/money.ts';
import { fromWire, LogeError } from '../../src/errors.ts';
import type { Room } from '../../src/room.ts';
import { elementTable } from '../texts/element-texts.ts';
import { errors } from '../texts/english/errors.ts';
import { LogeTopup } from './loge-topup.ts';

class TestTopup extends LogeTopup {
  /** The page of the test opens the payment page itself. */
  override dispatchEvent = () => false;

  show(missingMinor = 0): void {
    this.wanted = { missingMinor };
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

test('another amount after a lost answer has the same key, so that the card is not charged a second time', async () => {
  vi.stubGlobal('location', { href: 'http://localhost/' });
  const charged = new Map<string, number>();
  const topUpByCard = vi.fn(
    async ({ idempotencyKey: key, amountMinor }: { amountMinor: number; idempotencyKey: string }) => {
      const earlier = charged.get(key);
      charged.set(key, earlier ?? amountMinor);
      if (earlier === undefined) throw new LogeError('timeout');
      if (earlier !== amountMinor) throw fromWire({ code: 'idempotency_conflict', message: '', retryable: false });
      return { status: 'succeeded' };
    },
  );
  const cards = [{ id: 'card_1', brand: 'visa', last4: '4242' }];
  const topup = new TestTopup();
  topup.room = {
    wallet: { currency: 'eur', balanceMinor: 0, cards: async () => cards, topUpByCard },
  } as unknown as Room;
  topup.show();
  await expect.poll(() => topup.cards).toBe(cards);
  await topup.pay();
  topup.show(700);
  await topup.pay();
  expect(topup.problem).toContain('may have been charged');
  expect([...charged.values()]).toEqual([2_000]);
  // Paid again knowingly: a charge of its own, which is repeated without a second one.
  await topup.pay();
  await topup.pay();
  expect([...charged.values()]).toEqual([2_000, 700]);
  expect(topup.open).toBe(false);
  topup.show(700);
  await topup.pay();
  expect([...charged.values()]).toEqual([2_000, 700, 700]);
});

test('nobody is told that nothing was charged while a saved card may be', async () => {
  elementTable.addIn('en', { errors });
  vi.stubGlobal('location', { href: 'http://localhost/' });
  const fail = async () => {
    throw fromWire({ code: 'provider_unavailable', message: 'It does not answer.', retryable: true });
  };
  const cards = [{ id: 'card_1', brand: 'visa', last4: '4242' }] as unknown as SavedCard[];
  const topup = new TestTopup();
  topup.room = {
    wallet: { currency: 'eur', balanceMinor: 0, cards: async () => cards, topUp: fail, topUpByCard: fail },
  } as unknown as Room;
  topup.show();
  await expect.poll(() => topup.cards).toBe(cards);
  await topup.pay();
  expect(topup.problem).toContain('may have been charged');
  topup.card = '';
  await topup.pay();
  expect(topup.problem).toBe(errors.provider_unavailable);
});
