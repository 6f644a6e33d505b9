/**
 * The second part of the recount: the bills in creators' names, and the file for the tax authority. As the first part,
 * it imports nothing of the product.
 */
import { compare, type Entry, earningsOf, type Query, readEntries, sum } from './recount.ts';

interface Agreement {
  creator: string;
  agreedMs: number;
  /** Infinite: it stands. */
  untilMs: number;
}

type Bill = Record<'id' | 'creator' | 'month' | 'vat' | 'total_minor' | 'vat_minor' | 'currency', string> &
  Record<'year' | 'number' | 'vat_bps' | 'sale_count' | 'refund_count', number>;

export interface CreatorPapers {
  query: Query;
  /** Each of the seller's own tax number, which names them in the file, and of how their bills treat VAT. */
  creators: readonly { identity: string; tin: string; billVatBps: number }[];
  /** Months that are over, such as `2031-10`. */
  months: readonly string[];
  dac7: { xml: string; year: number };
}

export async function recountCreatorPapers({ query, creators, months, dac7 }: CreatorPapers) {
  const entries = await readEntries(query);
  const agreements = await readAgreements(query);
  const bills = await query<Bill>('select * from self_bills order by creator, year, number');
  const links = await query<{ transaction: string; bill: string }>('select transaction, bill from self_billed');
  const faults = creators.flatMap(({ identity, billVatBps }) => {
    const own = bills.filter(({ creator }) => creator === identity);
    const due = billable(entries, agreements, identity).filter(({ month }) => months.includes(month));
    return [
      ...findGaps(own, identity),
      ...compareMonths(own, due, { identity, months }),
      ...compareLinks(own, links, due),
      ...own.flatMap((bill) => compareVat(bill, billVatBps)),
    ];
  });
  faults.push(...creators.flatMap((creator) => compareDac7File(entries, creator, dac7)));
  return {
    faults,
    figures: { selfBills: bills.length, selfBilledMinor: sum(bills.map((b) => Number(b.total_minor))) },
  };
}

async function readAgreements(query: Query): Promise<Agreement[]> {
  const rows = await query<{ creator: string; agreed: string; withdrawn: string | null }>(
    'select creator, agreed_at::text as agreed, withdrawn_at::text as withdrawn from self_billing_agreements',
  );
  return rows.map(({ creator, agreed, withdrawn }) => ({
    creator,
    agreedMs: Date.parse(agreed),
    untilMs: withdrawn === null ? Number.POSITIVE_INFINITY : Date.parse(withdrawn),
  }));
}

/** Sales of the time of an agreement, and whatever reverses one of these, by the month in which it was booked (UTC). */
function billable(entries: Entry[], agreements: Agreement[], creator: string) {
  const soldAt = new Map(entries.map(({ transaction, atMs }) => [transaction, atMs]));
  return earningsOf(entries, creator)
    .filter(({ category, transaction, reverses }) => {
      if (category === 'payout') return false;
      const at = soldAt.get(reverses ?? transaction) ?? Number.NaN;
      return agreements.some((own) => own.creator === creator && own.agreedMs <= at && at < own.untilMs);
    })
    .map((moved) => ({ ...moved, month: new Date(moved.atMs).toISOString().slice(0, 7) }));
}

type Due = ReturnType<typeof billable>[number];

function findGaps(own: Bill[], creator: string): string[] {
  return [...Map.groupBy(own, ({ year }) => year)].flatMap(([year, bills]) =>
    compare(
      `the numbers of ${creator} in ${year}`,
      bills.map(({ number }) => number),
      bills.map((_, index) => index + 1),
    ),
  );
}

function compareMonths(own: Bill[], due: Due[], of: { identity: string; months: readonly string[] }): string[] {
  return of.months.flatMap((month) => {
    const bills = own.filter((bill) => bill.month === month);
    const moved = due.filter((each) => each.month === month);
    const reversals = moved.filter(({ category }) => category === 'refund').length;
    const shown = [
      sum(bills.map((bill) => Number(bill.total_minor))),
      sum(bills.map((bill) => bill.sale_count)),
      sum(bills.map((bill) => bill.refund_count)),
    ];
    const recounted = [sum(moved.map(({ net }) => net)), moved.length - reversals, reversals];
    return compare(`the bills of ${of.identity} for ${month}`, shown, recounted);
  });
}

/** Each sale and each reversal is on one bill. */
function compareLinks(own: Bill[], links: { transaction: string; bill: string }[], due: Due[]): string[] {
  const ids = new Set(own.map(({ id }) => id));
  const billed = links.filter(({ bill }) => ids.has(bill)).map(({ transaction }) => transaction);
  return compare('what is on bills', billed.sort(), due.map(({ transaction }) => transaction).sort());
}

function compareVat(bill: Bill, rate: number): string[] {
  const total = Number(bill.total_minor);
  const vat = Math.sign(total) * Math.round((Math.abs(total) * rate) / (10_000 + rate));
  return compare(`the VAT of ${bill.id} (${bill.vat})`, [bill.vat_bps, Number(bill.vat_minor)], [rate, vat]);
}

/** Whole units of the currency. Of one played quarter: nothing has to be carried to another. */
function compareDac7File(
  entries: Entry[],
  { identity, tin }: { identity: string; tin: string },
  { xml, year }: CreatorPapers['dac7'],
): string[] {
  const sellers = xml.split('<dpi:ReportableSeller>').slice(1);
  const seller = sellers.find((text) => text.includes(`>${tin}</dpi:TIN>`)) ?? '';
  const shown = ['Cons', 'Numb', 'Fees', 'Tax'].map((name) =>
    [1, 2, 3, 4].map((quarter) =>
      Number(new RegExp(`<dpi:${name}\\w*Q${quarter}\\b[^>]*>(\\d+)<`).exec(seller)?.[1] ?? Number.NaN),
    ),
  );
  const byQuarter = (count: (own: Due[]) => number) =>
    [0, 3, 6, 9].map((month) => {
      const own = earningsOf(entries, identity)
        .filter(({ category }) => category !== 'payout')
        .map((moved) => ({ ...moved, month: '' }));
      const [fromMs, untilMs] = [Date.UTC(year, month, 1), Date.UTC(year, month + 3, 1)];
      return count(own.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs));
    });
  const whole = (key: 'net' | 'fees' | 'vat') => (own: Due[]) => Math.round(sum(own.map((each) => each[key])) / 100);
  const kept = (own: Due[]) => {
    const sales = [...Map.groupBy(own, ({ transaction, reverses }) => reverses ?? transaction).values()];
    return sales.filter(
      (moves) => moves.some(({ reverses }) => reverses === null) && sum(moves.map(({ net }) => net)) > 0,
    ).length;
  };
  const counted = [byQuarter(whole('net')), byQuarter(kept), byQuarter(whole('fees')), byQuarter(whole('vat'))];
  return compare(`DAC7 file, ${identity}`, shown, counted);
}
