/** What the wallet says of a top-up whose outcome it does not know. */

import { afterEach, expect, test, vi } from 'vitest';
import { elementTable } from '../../../client-sdk/elements/texts/element-texts.ts';
import { errors } from '../../../client-sdk/elements/texts/english/errors.ts';
import { fromWire } from '../../../client-sdk/src/errors.ts';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { SavedCard, Wallet } from '../../protocol/money/money.ts';
import '../texts/wallet-texts.ts';
import { WalletTopup } from './wallet-topup.ts';

afterEach(() => vi.unstubAllGlobals());

test('nobody is told that nothing was charged while a saved card may be', async () => {
  vi.stubGlobal('location', { href: 'http://localhost/wallet' });
  elementTable.addIn('en', { errors });
  const silent = fromWire({ code: 'provider_unavailable', message: 'It does not answer.', retryable: true });
  const topUp = answerOf('POST /v1/wallet/topups').mockRejectedValue(silent);
  const part = new WalletTopup();
  part.wallet = { balanceMinor: 0, promoMinor: 0, currency: 'eur' } satisfies Wallet;
  part.cards = [{ id: 'card_1', brand: 'visa', last4: '4242', expMonth: 1, expYear: 2999 }] satisfies SavedCard[];
  part.chosenMinor = 2_000;
  const pay = pressOf(part.render(), 'topup-pay');
  await pay();
  expect(part.problem).toMatch(/^Your card may have been charged/);
  topUp.mockRejectedValueOnce(new Error('offline'));
  await pay();
  expect(part.problem).toMatch(/can’t reach the server.* Your card may have been charged/);
  part.card = '';
  await pay();
  expect(part.problem).toBe(errors.provider_unavailable);
});
