import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LedgerStore, type Posting } from '../../../server/money/ledger/ledger.store.ts';
import {
  charityAccount,
  fanWallet,
  houseAccount,
  saleLegs,
  splitSale,
  transferLegs,
} from '../../../server/money/ledger/ledger.ts';
import { type Database, type Orm, sqlState } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { BOTH_DATABASES } from '../../support/databases/databases.ts';

const REFUSED_BY_A_RULE = '23000';
const REFUSED_BY_A_CHECK = '23514';
const NOT_UNIQUE = '23505';
const at = new Date().toISOString();
const fees = { vatBps: 2_000, commissionBps: 2_000, charityBps: 500 };

describe.each(BOTH_DATABASES)('the ledger on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let ledger: LedgerStore;

  beforeAll(async () => {
    db = await open();
    ledger = new LedgerStore(db.orm);
    await ledger.createHouseAccounts('eur');
    await ledger.createHouseAccounts('usd');
    await ledger.ensureAccounts([
      { kind: 'creator_pending', owner: 'ada', currency: 'eur' },
      charityAccount('restos', 'eur'),
    ]);
  });

  afterAll(async () => {
    expect(await ledger.findViolations()).toEqual([]);
    await db[Symbol.asyncDispose]();
  });

  const post = (posting: Posting) => db.transaction((tx) => ledger.post(tx, posting));
  const stateOf = (work: Promise<unknown>) => work.then(() => 'done', sqlState);
  const run = (statement: ReturnType<typeof sql>) => stateOf(db.orm.execute(statement) as Promise<unknown>);

  async function fanWith(amountMinor: number) {
    const wallet = fanWallet(createId('event'), 'eur');
    await ledger.ensureAccounts([wallet]);
    const legs = transferLegs(houseAccount('provider_clearing', 'eur'), wallet, amountMinor);
    await post({ kind: 'topup', source: { type: 'topup', id: createId('topup') }, legs, at });
    return wallet;
  }

  const tipOf = (wallet: ReturnType<typeof fanWallet>, grossMinor: number, id: string = createId('tip')): Posting => ({
    kind: 'tip',
    source: { type: 'tip', id },
    legs: saleLegs({
      payer: wallet,
      creator: 'ada',
      grossMinor,
      split: splitSale(grossMinor, fees),
      association: 'restos',
    }),
    at,
  });

  test("books a sale, returns the wallet's balance, and finds the sale with its reversals", async () => {
    const wallet = await fanWith(1_000);
    const posting = tipOf(wallet, 300);
    expect(await post(posting)).toBe(700);
    const found = await ledger.findTransaction(db.orm, posting);
    expect(found?.legs).toEqual(posting.legs);
    expect(found?.earlier).toEqual([]);
    const back = (found?.legs ?? []).map((leg) => ({ ...leg, amountMinor: -leg.amountMinor }));
    const source = { type: 'refund', id: createId('refund') } as const;
    expect(await post({ kind: 'refund', source, legs: back, at, reversesId: found?.id ?? '' })).toBe(1_000);
    expect((await ledger.findTransaction(db.orm, posting))?.earlier).toEqual(back);
  });

  test('books nothing at all when the wallet holds too little', async () => {
    const wallet = await fanWith(299);
    const posting = tipOf(wallet, 300);
    expect(await post(posting)).toBeUndefined();
    expect(await ledger.findTransaction(db.orm, posting)).toBeUndefined();
    expect(await ledger.findAvailable(wallet)).toBe(299);
  });

  test('spends nothing that is held', async () => {
    const wallet = await fanWith(1_000);
    await db.orm.execute(sql`update ledger_accounts set held = 800 where owner = ${wallet.owner}`);
    expect(await ledger.findAvailable(wallet)).toBe(200);
    expect(await post(tipOf(wallet, 201))).toBeUndefined();
    expect(await post(tipOf(wallet, 200))).toBe(0);
    await db.orm.execute(sql`update ledger_accounts set held = 0 where owner = ${wallet.owner}`);
  });

  test('books a source once, and rolls a second attempt back', async () => {
    const wallet = await fanWith(1_000);
    const posting = tipOf(wallet, 300);
    await post(posting);
    expect(await stateOf(post(posting))).toBe(NOT_UNIQUE);
    expect(await ledger.findAvailable(wallet)).toBe(700);
  });

  test('refuses legs that do not sum to zero, also in plain SQL', async () => {
    const wallet = await fanWith(1_000);
    const posting = tipOf(wallet, 300);
    const unbalanced = posting.legs.map((leg, index) => ({
      ...leg,
      amountMinor: leg.amountMinor + (index === 1 ? 1 : 0),
    }));
    expect(await stateOf(post({ ...posting, legs: unbalanced }))).toBe(REFUSED_BY_A_RULE);
    await post(posting);
    const booked = await ledger.findTransaction(db.orm, posting);
    const later = sql`insert into ledger_entries (transaction, account, amount_minor)
      values (${booked?.id}, 'provider_fees:eur:#house', 5)`;
    expect(await run(later)).toBe(REFUSED_BY_A_RULE);
  });

  test('refuses an account that does not exist, and one of another currency', async () => {
    const wallet = await fanWith(1_000);
    const legs = (other: ReturnType<typeof houseAccount>) => [
      { account: wallet, amountMinor: -100 },
      { account: other, amountMinor: 100 },
    ];
    const source = { type: 'tip', id: createId('tip') } as const;
    const inDollars = legs(houseAccount('provider_clearing', 'usd'));
    expect(await stateOf(post({ kind: 'tip', source, legs: inDollars, at }))).toBe(REFUSED_BY_A_RULE);
    const toNobody = legs(houseAccount('vat_payable', 'xxx'));
    expect(await stateOf(post({ kind: 'tip', source, legs: toNobody, at }))).toBe(REFUSED_BY_A_RULE);
    expect(await ledger.findAvailable(wallet)).toBe(1_000);
  });

  test.each(['ledger_entries', 'ledger_transactions', 'fee_policies'])('never changes a row of %s', async (table) => {
    const name = sql.identifier(table);
    expect(await run(sql`delete from ${name}`)).toBe(REFUSED_BY_A_RULE);
    expect(await run(sql`truncate ${name}`)).toBe(REFUSED_BY_A_RULE);
    const column = sql.identifier(table === 'ledger_entries' ? 'account' : 'id');
    expect(await run(sql`update ${name} set ${column} = 'x'`)).toBe(REFUSED_BY_A_RULE);
  });

  test('refuses a negative wallet and an entry of zero, also in plain SQL', async () => {
    const wallet = await fanWith(100);
    expect(await run(sql`update ledger_accounts set balance = -1 where owner = ${wallet.owner}`)).toBe(
      REFUSED_BY_A_CHECK,
    );
    expect(
      await run(
        sql`insert into ledger_entries (transaction, account, amount_minor) values ('ltx_0', 'vat_payable:eur:#house', 0)`,
      ),
    ).toBe(REFUSED_BY_A_CHECK);
  });

  test('reports a wrong cached balance', async () => {
    const wallet = await fanWith(100);
    const forge = (balance: number) => (tx: Orm) =>
      tx.execute(
        sql`update ledger_accounts set balance = ${balance} where owner = ${wallet.owner}`,
      ) as Promise<unknown>;
    await db.transaction(forge(150));
    expect(await ledger.findViolations()).toEqual([expect.stringContaining(wallet.owner)]);
    await db.transaction(forge(100));
  });
});
