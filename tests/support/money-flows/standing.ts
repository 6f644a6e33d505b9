/**
 * What people are shown while money moves, compared with the ledger after each step: goals and leaderboards show what
 * stands of tips, and tickets are valid unless their money is disputed or was lost.
 */
import type { SoakHouse } from '../soak/soak-house.ts';
import type { SoakWorld } from '../soak/soak-world.ts';
import { select } from './whereabouts.ts';

/** Disputes of top-ups whose freezes were compared with the model. */
export type SeenDisputes = Set<string>;

export async function findWrongStanding(house: SoakHouse, world: SoakWorld, seen: SeenDisputes): Promise<string[]> {
  return [
    ...(await findWrongTips(house, world)),
    ...(await findWrongTickets(house)),
    ...(await findWrongCredit(house, seen)),
  ];
}

interface TipRow {
  room: string;
  identity: string;
  amount: string;
  gone: string | null;
  sent_at: string;
}

async function findWrongTips(house: SoakHouse, world: SoakWorld): Promise<string[]> {
  const tips = await select<TipRow>(
    house,
    `select t.room, t.identity, t.amount_minor as amount, t.sent_at::text,
        (select sum(case r.kind when 'dispute_undone' then -e.amount_minor else e.amount_minor end) from ledger_transactions r join ledger_entries e on e.transaction = r.id
          where r.reverses_id = x.id and e.amount_minor > 0) as gone
      from tips t join ledger_transactions x on x.kind = 'tip' and x.source_id = t.id`,
  );
  const frozen = await select<{ id: string; room: string; identity: string; amount: string; sent_at: string }>(
    house,
    `select t.id, t.room, t.identity, t.sent_at::text, sum(f.amount_minor) as amount from tips t
      join ledger_transactions x on x.kind = 'tip' and x.source_id = t.id
      join dispute_freezes f on f.transaction = x.id join disputes d on d.id = f.dispute
      where d.status in ('open', 'under_review') group by t.id`,
  );
  const faults: string[] = [];
  for (const { id: room } of [...world.free, ...world.ticketRooms.items]) {
    const since = async (at?: string) => {
      const sums = new Map<string, number>();
      const add = (row: { room: string; identity: string; sent_at: string }, minor: number) => {
        if (row.room !== room || (at && Date.parse(row.sent_at) < Date.parse(at))) return;
        sums.set(row.identity, (sums.get(row.identity) ?? 0) + minor);
      };
      for (const tip of tips) add(tip, Number(tip.amount) - Number(tip.gone ?? 0));
      for (const tip of frozen) add(tip, -Number(tip.amount));
      return new Map([...sums].filter(([, sum]) => sum !== 0));
    };
    const { entries } = await house.app.money.tipping.getLeaderboard(room, 50);
    const shown = Object.fromEntries(entries.map(({ identity, amountMinor }) => [identity, amountMinor]));
    const booked = await since();
    for (const fan of new Set([...Object.keys(shown), ...booked.keys()])) {
      if (shown[fan] !== booked.get(fan))
        faults.push(`the leaderboard of ${room} shows ${shown[fan]} of ${fan}, and the books say ${booked.get(fan)}`);
    }
    const [goal] = await select<{ at: string }>(
      house,
      `select created_at::text as at from goals where room = '${room}' and closed_at is null`,
    );
    if (!goal) continue;
    const reached = (await house.app.money.tipping.getGoal(room))?.reachedMinor;
    const sum = [...(await since(goal.at)).values()].reduce((total, each) => total + each, 0);
    if (reached !== sum) faults.push(`the goal of ${room} shows ${reached}, and the books say ${sum}`);
  }
  return faults;
}

async function findWrongTickets(house: SoakHouse): Promise<string[]> {
  const rows = await select<{ id: string; status: string; frozen: boolean; lost: boolean }>(
    house,
    `select t.id, t.status,
        exists (select 1 from dispute_freezes f join disputes d on d.id = f.dispute
          where f.transaction = x.id and d.status in ('open', 'under_review')) as frozen,
        (select count(*) filter (where r.kind = 'dispute_reversal') > count(*) filter (where r.kind = 'dispute_undone')
          from ledger_transactions r where r.reverses_id = x.id) as lost
      from tickets t join ledger_transactions x on x.kind = 'ticket' and x.source_id = t.id`,
  );
  return rows
    .filter(({ status, frozen, lost }) => status === 'valid' && (frozen || lost))
    .map(({ id, frozen }) => `${id} is valid, although its money ${frozen ? 'is disputed' : 'was lost in a dispute'}`);
}

interface Moved {
  root: string;
  kind: string;
  amount: number;
}

/** A whole top-up that was disputed in this step holds exactly what its own credit bought, first in, first out. */
async function findWrongCredit(house: SoakHouse, seen: SeenDisputes): Promise<string[]> {
  const disputes = await select<{ id: string; identity: string; amount: string; topup: string; frozen_at: string }>(
    house,
    `select d.id, d.identity, d.amount_minor as amount, x.id as topup, d.opened_at::text as frozen_at from disputes d
      join ledger_transactions x on x.kind = 'topup' and x.source_id = d.source_id
      where d.is_frozen and d.status in ('open', 'under_review') and not exists (
        select 1 from refunds r where r.payment = d.source_id and r.status = 'failed')`,
  );
  const faults: string[] = [];
  for (const { id, identity, amount, topup } of disputes) {
    if (seen.has(id)) continue;
    seen.add(id);
    const moved = await readMoves(house, identity);
    const isSettled = disputes.filter((other) => other.identity === identity).length === 1;
    const parts = partsOf(moved, topup);
    const net = moved.filter(({ root }) => root === topup).reduce((sum, { amount: each }) => sum + each, 0);
    if (!isSettled || Number(amount) < net) continue;
    const sales = await select<{ ticket: string; tx: string; status: string; earlier: boolean }>(
      house,
      `select t.id as ticket, x.id as tx, t.status, exists (select 1 from ledger_transactions r
          where r.reverses_id = x.id and r.kind = 'dispute_reversal') as earlier
        from tickets t join ledger_transactions x on x.kind = 'ticket' and x.source_id = t.id
        where t.identity = '${identity}' and t.paid_from = 'wallet'`,
    );
    for (const { ticket, tx, status, earlier } of sales) {
      const isBought = (parts.get(tx) ?? 0) > 0;
      if (isBought && status === 'valid')
        faults.push(`${ticket} is valid, although ${topup}, which paid it, is disputed`);
      if (!isBought && !earlier && status === 'disputed')
        faults.push(`${ticket} is suspended, although ${topup} paid nothing of it`);
    }
  }
  return faults;
}

async function readMoves(house: SoakHouse, identity: string): Promise<Moved[]> {
  const rows = await select<{ root: string; kind: string; amount: string }>(
    house,
    `select coalesce(x.reverses_id, lost.id, x.id) as root,
        (select kind from ledger_transactions o where o.id = coalesce(x.reverses_id, lost.id, x.id)) as kind,
        e.amount_minor as amount
      from ledger_entries e join ledger_transactions x on x.id = e.transaction
      left join disputes d on x.kind in ('dispute_loss', 'dispute_undone') and x.source_id like d.id || ':%'
      left join ledger_transactions lost on lost.kind = 'topup' and lost.source_id = d.source_id
      where e.account = 'fan_wallet:eur:${identity}' order by e.seq`,
  );
  return rows.map(({ amount, ...row }) => ({ ...row, amount: Number(amount) }));
}

/** Pours each sale from the top-ups in their order, cent by cent as it were. */
function partsOf(moved: Moved[], topup: string): Map<string, number> {
  const nets = new Map<string, { isTopup: boolean; left: number }>();
  for (const { root, kind, amount } of moved) {
    const known = nets.get(root) ?? { isTopup: kind === 'topup', left: 0 };
    known.left += kind === 'topup' ? amount : -amount;
    nets.set(root, known);
  }
  const topups = [...nets].filter(([, { isTopup }]) => isTopup);
  const parts = new Map<string, number>();
  for (const [sale, { isTopup, left }] of nets) {
    if (isTopup) continue;
    for (let due = left; due > 0; ) {
      const source = topups.find(([, { left: credit }]) => credit > 0);
      if (!source) break;
      const taken = Math.min(due, source[1].left);
      source[1].left -= taken;
      due -= taken;
      if (source[0] === topup) parts.set(sale, (parts.get(sale) ?? 0) + taken);
    }
  }
  return parts;
}
