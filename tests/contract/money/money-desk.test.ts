/**
 * The money desk's audit log: every act has a record, also a refused or interrupted one; and the pages of its search.
 */

import { describe, expect, test } from 'vitest';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { openMoneyHouse, pay } from '../../support/houses/money-house.ts';

const failure = (code: string) => expect.objectContaining({ code });
const reason = 'The sound was gone';

describe.each(DATABASES)('the desk on $name', ({ open }) => {
  test('an act is recorded before it runs, with its outcome afterwards', async () => {
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { desk } = house.money;
    const identity = await house.createFan();
    const { checkoutUrl, topup } = await house.money.topups.create({ identity, name: 'Léa', amountMinor: 1_000 });
    await house.money.confirmCheckout(await pay(checkoutUrl));
    const refund = await desk.refund({ topup, reason }, 'ada');
    expect(refund.amountMinor).toBe(1_000);
    await expect(desk.refund({ topup, reason }, 'ada')).rejects.toEqual(failure('already_refunded'));
    expect(await desk.listActs(topup)).toMatchObject([
      { act: 'refund', by: 'ada', reason, outcome: 'failed', failure: 'already_refunded' },
      { act: 'refund', by: 'ada', reason, outcome: 'done', failure: null },
    ]);
    const { id } = await desk.reconcile('ada');
    expect(await desk.listActs(id)).toMatchObject([{ act: 'reconciliation', by: 'ada', outcome: 'done' }]);
  });

  test('an interrupted act leaves a record; without a record nothing runs', async () => {
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { desk } = house.money;
    const identity = await house.createFan(1_000);
    const [payment] = (await desk.payments.search({ query: identity, limit: 1 })).payments;
    const topup = payment?.id as `topup_${string}`;
    // As in a crash after the act: its outcome is never written.
    await db.orm.execute(sql`create function cut_off() returns trigger language plpgsql as
      $$ begin raise exception 'the process was killed'; end $$`);
    await db.orm.execute(
      sql`create trigger cut_off before insert on desk_act_outcomes for each row execute function cut_off()`,
    );
    await expect(desk.refund({ topup, reason, amountMinor: 400 }, 'ada')).rejects.toThrow();
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(600);
    expect(await desk.listActs(topup)).toMatchObject([{ by: 'ada', reason, outcome: 'begun' }]);
    await db.orm.execute(
      sql`create trigger no_record before insert on desk_acts for each row execute function cut_off()`,
    );
    const again = { topup, reason, amountMinor: 100, idempotencyKey: createId('event') };
    await expect(desk.refund(again, 'ada')).rejects.toThrow();
    expect((await house.money.wallets.get(identity)).balanceMinor).toBe(600);
  });

  test('interrupted acts are counted after their time, until they are repeated', async () => {
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false });
    const { desk } = house.money;
    const cutOff = async () => (await desk.overview()).cutOffActs;
    const identity = await house.createFan(1_000);
    const [payment] = (await desk.payments.search({ query: identity, limit: 1 })).payments;
    const topup = payment?.id as `topup_${string}`;
    await db.orm.execute(sql`create function cut_off() returns trigger language plpgsql as
      $$ begin raise exception 'the process was killed'; end $$`);
    await db.orm.execute(
      sql`create trigger cut_off before insert on desk_act_outcomes for each row execute function cut_off()`,
    );
    await expect(desk.refund({ topup, reason }, 'ada')).rejects.toThrow();
    house.advance(60_000);
    await expect(desk.runPayouts({ by: 'grace' })).rejects.toThrow();
    expect(await cutOff()).toEqual({ count: 0, oldest: null });
    house.advance(14 * 60_000 + 1_000);
    expect(await cutOff()).toMatchObject({ count: 1, oldest: { act: 'refund', subject: topup, by: 'ada' } });
    house.advance(60_000);
    expect(await cutOff()).toMatchObject({ count: 2, oldest: { by: 'ada' } });
    await db.orm.execute(sql`drop trigger cut_off on desk_act_outcomes`);
    // An answer about another act does not resolve it; one about the same act does.
    await desk.reconcile('ada');
    expect(await cutOff()).toMatchObject({ count: 2 });
    await expect(desk.refund({ topup, reason }, 'ada')).rejects.toEqual(failure('already_refunded'));
    expect(await cutOff()).toMatchObject({ count: 1, oldest: { act: 'payouts', by: 'grace' } });
    await desk.runPayouts({ by: 'grace' });
    expect(await cutOff()).toEqual({ count: 0, oldest: null });
    // A failure other than a refusal leaves the outcome unknown.
    house.emulator.addFault({ path: '/v1/balance', kind: 'server_error', times: 100 });
    await expect(desk.reconcile('ada')).rejects.toEqual(failure('provider_unavailable'));
    house.emulator.clearFaults();
    house.advance(15 * 60_000 + 1_000);
    expect(await cutOff()).toMatchObject({ count: 1, oldest: { act: 'reconciliation', by: 'ada', outcome: 'begun' } });
    await desk.reconcile('ada');
    expect(await cutOff()).toEqual({ count: 0, oldest: null });
  });

  test('every payment is on one page of the search, also where many were made at once', async () => {
    await using db = await open();
    await using house = await openMoneyHouse({ db, isRunning: false });
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 500 });
    const identity = await house.createFan(2_000);
    await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    const from = { identity, name: 'Léa', role: 'fan' } as const;
    for (const key of ['first-tip', 'second-tip', 'third-tip']) {
      await house.money.tips.send({ room, from, input: { amountMinor: 100, idempotencyKey: key } });
    }
    await db.orm.execute(sql`update payments set paid_at = (select paid_at from payments where kind = 'topup')`);
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await house.money.desk.payments.search({ limit: 2, after });
      pages.push(page.payments.map(({ id }) => id));
      after = page.next ?? undefined;
    } while (after);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat()).size).toBe(5);
  });
});
