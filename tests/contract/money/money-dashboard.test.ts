/** What the dashboard of the payment provider decides by default, and the house does not leave to it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced, type MoneyHouse, openMoneyHouse, pay } from '../../support/houses/money-house.ts';

describe.each(DATABASES)('the provider’s dashboard on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let provider: PaymentProvider;

  beforeEach(async () => {
    db = await open();
    const wrapProvider = (each: PaymentProvider) => {
      provider = each;
      return each;
    };
    house = await openMoneyHouse({ db, isRunning: false, wrapProvider });
  });
  afterEach(() => closeBalanced({ db, house }));

  test('the desk says how the provider pays the balance out', async () => {
    const shown = async () => (await house.money.desk.overview()).clearing.payoutInterval;
    expect(await shown()).toBe('manual');
    await house.stripe.balanceSettings.update({ payments: { payouts: { schedule: { interval: 'daily' } } } });
    expect(await shown()).toBe('daily');
    house.emulator.addFault({ path: '/v1/balance_settings', kind: 'server_error', times: 10 });
    expect(await shown()).toBeNull();
  });

  test('pages are in the house’s currency, and statements name neither creator nor room', async () => {
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 2_000 });
    const identity = await house.createFan(1_000);
    await house.money.confirmCheckout(await pay(await house.buyByCard({ room, identity })));
    const sessions = (await house.stripe.checkout.sessions.list()).data;
    expect(sessions.map(({ adaptive_pricing }) => adaptive_pricing)).toEqual([{ enabled: false }, { enabled: false }]);
    const charges = (await house.stripe.charges.list()).data;
    const statement = 'LOGE* LA MAISON';
    expect(charges.map((charge) => charge.calculated_statement_descriptor)).toEqual([statement, statement]);
  });

  test('two processes make one configuration of the portal, in which nobody sees the provider’s invoices', async () => {
    const { id: customer } = await house.stripe.customers.create({});
    const open = () => provider.billing.openPortal({ customer, returnUrl: 'https://example.com', locale: null });
    await Promise.all([open(), open()]);
    await open();
    const { data } = await house.stripe.billingPortal.configurations.list();
    expect(data).toHaveLength(1);
    expect(data[0]?.features).toMatchObject({
      invoice_history: { enabled: false },
      subscription_update: { enabled: false },
      payment_method_update: { enabled: true },
    });
  });
});
