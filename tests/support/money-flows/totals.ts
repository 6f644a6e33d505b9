/** Compares every displayed total with the ledger's entries. */
import type { SoakHouse } from '../soak/soak-house.ts';
import type { SoakWorld } from '../soak/soak-world.ts';
import { select } from './whereabouts.ts';

export async function findWrongTotals(house: SoakHouse, world: SoakWorld): Promise<string[]> {
  const faults: string[] = [];
  const compare = (what: string, shown: unknown, booked: unknown) => {
    const [seen, real] = [JSON.stringify(shown), JSON.stringify(booked)];
    if (seen !== real) faults.push(`${what} shows ${seen}, and the books say ${real}`);
  };
  for (const fan of world.fans)
    compare(`the wallet of ${fan}`, await sumHistory(house, fan), await readWallet(house, fan));
  for (const room of [...world.free, ...world.ticketRooms.items, ...world.privateRooms]) {
    compare(`the earnings of ${room.id}`, await readEarnings(house, room.id), await sumRoom(house, room.id));
  }
  for (const { id } of await house.app.money.pricing.listAssociations(10)) {
    compare(`the account of ${id}`, await readAssociation(house, id), await sumAssociation(house, id));
  }
  for (const creator of world.creators) {
    compare(`the earnings of ${creator}`, await describeCreator(house, creator), await sumCreator(house, creator));
  }
  return faults;
}

async function sumHistory(house: SoakHouse, identity: string) {
  const sums = { balanceMinor: 0, promoMinor: 0 };
  for (let after: string | undefined; ; ) {
    const { entries, next } = await house.app.money.wallets.listEntries(identity, { after, limit: 50 });
    for (const { amountMinor, promoMinor } of entries) {
      sums.balanceMinor += amountMinor;
      sums.promoMinor += promoMinor;
    }
    if (next === null) return sums;
    after = next;
  }
}

async function readWallet(house: SoakHouse, identity: string) {
  const rows = await select<{ kind: string; sum: string }>(
    house,
    `select a.kind, sum(e.amount_minor) as sum from ledger_accounts a join ledger_entries e on e.account = a.id
      where a.owner = '${identity}' and a.kind in ('fan_wallet', 'fan_promo') group by a.kind`,
  );
  const of = (kind: string) => Number(rows.find((row) => row.kind === kind)?.sum ?? 0);
  return { balanceMinor: of('fan_wallet') + of('fan_promo'), promoMinor: of('fan_promo') };
}

async function readEarnings(house: SoakHouse, room: string) {
  const { tipsMinor, ticketsMinor, privateMinor = 0, creatorMinor } = await house.app.money.earnings.ofRoom(room);
  return { tipsMinor, ticketsMinor, privateMinor, creatorMinor };
}

/** Per sale of a room: paid minus refunded, and the creator's share of it. */
async function sumRoom(house: SoakHouse, room: string) {
  const rows = await select<{ kind: string; gross: string; creator: string }>(
    house,
    `with sales as (
        select x.id, x.kind from ledger_transactions x
        where x.source_id in (select id from tips where room = '${room}' union all select id from tickets where room = '${room}'
          union all select id from private_sessions where room = '${room}') and x.kind in ('tip', 'ticket', 'private_session')
      ), legs as (
        select s.kind, a.kind as account, e.amount_minor from sales s
        join ledger_transactions x on x.id = s.id or x.reverses_id = s.id
        join ledger_entries e on e.transaction = x.id join ledger_accounts a on a.id = e.account
      )
      select kind,
        sum(amount_minor) filter (where account in ('creator_pending', 'creator_available', 'platform_revenue', 'vat_payable', 'charity', 'chargeback_loss')) as gross,
        sum(amount_minor) filter (where account in ('creator_pending', 'creator_available')) as creator
      from legs group by kind`,
  );
  const of = (kind: string) => Number(rows.find((row) => row.kind === kind)?.gross ?? 0);
  return {
    tipsMinor: of('tip'),
    ticketsMinor: of('ticket'),
    privateMinor: of('private_session'),
    creatorMinor: rows.reduce((sum, { creator }) => sum + Number(creator ?? 0), 0),
  };
}

async function readAssociation(house: SoakHouse, id: string) {
  const account = await house.app.money.pricing.readAccount(id);
  const { balanceMinor, givenMinor, refundedMinor, months } = account;
  return {
    balanceMinor,
    givenMinor,
    refundedMinor,
    saleCount: months.reduce((sum, month) => sum + month.saleCount, 0),
    monthsMinor: months.reduce((sum, month) => sum + month.amountMinor, 0),
  };
}

async function sumAssociation(house: SoakHouse, id: string) {
  const [row] = await select<Record<'balance' | 'given' | 'returned' | 'sales', string>>(
    house,
    `select coalesce(sum(e.amount_minor), 0) as balance,
        coalesce(sum(e.amount_minor) filter (where x.reverses_id is null), 0) as given,
        coalesce(-sum(e.amount_minor) filter (where x.reverses_id is not null), 0) as returned,
        count(*) filter (where x.reverses_id is null) as sales
      from ledger_entries e join ledger_transactions x on x.id = e.transaction where e.account = 'charity:eur:${id}'`,
  );
  const balanceMinor = Number(row?.balance);
  return {
    balanceMinor,
    givenMinor: Number(row?.given),
    refundedMinor: Number(row?.returned),
    saleCount: Number(row?.sales),
    monthsMinor: balanceMinor,
  };
}

async function describeCreator(house: SoakHouse, creator: string) {
  const { earnings, statements: monthly } = house.app.money;
  const { pendingMinor, availableMinor, holds } = await earnings.describe(creator);
  const months = await monthly.listMonths(creator);
  const statements = await Promise.all(months.map((month) => monthly.ofMonth(creator, month)));
  const moved = statements.reduce((sum, { openingMinor, closingMinor }) => sum + closingMinor - openingMinor, 0);
  return {
    pendingMinor,
    availableMinor,
    heldMinor: holds.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    owedMinor: moved,
  };
}

async function sumCreator(house: SoakHouse, creator: string) {
  const rows = await select<{ kind: string; sum: string }>(
    house,
    `select a.kind, sum(e.amount_minor) as sum from ledger_accounts a join ledger_entries e on e.account = a.id
      where a.owner = '${creator}' and a.kind in ('creator_pending', 'creator_available') group by a.kind`,
  );
  const of = (kind: string) => Number(rows.find((row) => row.kind === kind)?.sum ?? 0);
  const [pendingMinor, availableMinor] = [of('creator_pending'), of('creator_available')];
  return { pendingMinor, availableMinor, heldMinor: pendingMinor, owedMinor: pendingMinor + availableMinor };
}
