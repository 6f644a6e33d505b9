/** The form to top up. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SavedCard } from '../../../server/protocol/money/money.ts';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { fromWire, LogeError } from '../../client/errors.ts';
import { elementTable } from '../texts/element-texts.ts';
import { errors } from '../texts/english/errors.ts';
import { LogeTopupForm, type TopupOrder } from './topup-form.ts';

class TestForm extends LogeTopupForm {
  /** The page of the test opens the payment page itself. */
  override dispatchEvent = () => false;

  want(missingMinor = 0): void {
    this.wanted = { missingMinor };
    this.willUpdate(new Map([['wanted', undefined]]));
  }

  pay(): unknown {
    return pressOf(this.render(), 'topup-pay')();
  }
}
customElements.define('test-topup-form', TestForm);

const CARD: SavedCard = { id: 'card_1', brand: 'visa', last4: '4242', expMonth: 1, expYear: 2999 };

function formFor(order: LogeTopupForm['order'], cards: readonly SavedCard[] = [CARD]): TestForm {
  const form = new TestForm();
  Object.assign(form, { balanceMinor: 0, cards, order: vi.fn(order) });
  form.want();
  return form;
}

beforeEach(() => vi.stubGlobal('location', { href: 'http://localhost/' }));
afterEach(() => vi.unstubAllGlobals());

test('the choice of another card stays when the saved cards are read again, and an expired one is not offered', async () => {
  const paid: Array<string | undefined> = [];
  const form = formFor(
    async ({ card }) => {
      paid.push(card);
      return { checkoutUrl: 'http://localhost/pay' };
    },
    [{ ...CARD, id: 'card_0', last4: '0005', expYear: 2001 }, CARD],
  );
  await form.pay();
  form.card = '';
  form.cards = [...form.cards];
  await form.pay();
  expect(paid).toEqual(['card_1', undefined]);
});

test('another amount after a lost answer has the same key, so that the card is not charged a second time', async () => {
  const charged = new Map<string, number>();
  const form = formFor(async ({ idempotencyKey: key = '', amountMinor }: TopupOrder) => {
    const earlier = charged.get(key);
    charged.set(key, earlier ?? amountMinor);
    if (earlier === undefined) throw new LogeError('timeout');
    if (earlier !== amountMinor) throw fromWire({ code: 'idempotency_conflict', message: '', retryable: false });
    return { status: 'succeeded' } as never;
  });
  await form.pay();
  form.want(700);
  await form.pay();
  expect(form.problem).toMatch(/^Your card may have been charged/);
  expect([...charged.values()]).toEqual([2_000]);
  // Paid again knowingly: a charge of its own, which is repeated without a second one.
  await form.pay();
  await form.pay();
  expect([...charged.values()]).toEqual([2_000, 700]);
  // What was added is not paid again by another press.
  expect(form.chosenMinor).toBeUndefined();
  form.want(700);
  await form.pay();
  expect([...charged.values()]).toEqual([2_000, 700, 700]);
});

test('nobody is told that nothing was charged while a saved card may be', async () => {
  elementTable.addIn('en', { errors });
  let error = fromWire({ code: 'provider_unavailable', message: 'It does not answer.', retryable: true });
  const form = formFor(() => Promise.reject(error));
  await form.pay();
  expect(form.problem).toMatch(/^Your card may have been charged/);
  form.card = '';
  await form.pay();
  expect(form.problem).toBe(errors.provider_unavailable);
  form.card = undefined;
  error = new LogeError('connection_failed');
  await form.pay();
  expect(form.problem).toMatch(/server.* Your card may have been charged/);
});

test('an amount that a wallet cannot hold is refused with what it still can', async () => {
  const order = vi.fn();
  const form = formFor(order);
  form.balanceMinor = 99_000;
  await form.pay();
  expect(form.fault).toMatch(/holds €1,000\.00 at most\. You have room for €10\.00 more\./);
  expect(order).not.toHaveBeenCalled();
});
