/**
 * A recount of a house's books by somebody who knows nothing of its code: from the raw tables and the provider's own
 * records alone. It imports nothing of the product, and repeats no statement of it: rows are read whole and added up
 * here.
 */
import type Stripe from 'stripe';

/** What the product reports, to be compared. */
export interface Reported {
  statements: {
    creator: string;
    month: string;
    openingMinor: number;
    closingMinor: number;
    sales: Sums;
    refunds: Sums;
    payoutsMinor: number;
    saleCount: number;
    refundCount: number;
  }[];
  dac7: {
    quarter: string;
    sellers: {
      creator: string;
      considerationMinor: number;
      activities: number;
      feesMinor: number;
      taxesMinor: number;
      charityMinor: number;
    }[];
  };
  /** Of the same quarter. */
  vat: { due: { country: string; vatMinor: number }[]; sales: { salesCount: number }[]; unnumberedCount: number };
  /** Of the same quarter, as the file that an accountant gets. */
  journal: string;
}

interface Sums {
  grossMinor: number;
  vatMinor: number;
  feesMinor: number;
  charityMinor: number;
  netMinor: number;
}

export type Query = <Row>(statement: string) => Promise<Row[]>;

export interface Entry {
  transaction: string;
  kind: string;
  source: string;
  reverses: string | null;
  atMs: number;
  account: string;
  owner: string;
  amount: number;
}

interface Payment {
  id: string;
  kind: string;
  identity: string;
  creator: string | null;
  amount: number;
  paidFrom: string;
  intent: string | null;
  terms: { country: string; vat: number; commission: number; charity: number } | null;
}

/** By hand (European Commission, "VAT rates applied in the member states", 2026); none outside the EU. */
const VAT_PER_TEN_THOUSAND: Record<string, number> = { FR: 2_000, DE: 1_900, ES: 2_100, IT: 2_200, CH: 0, US: 0 };
/** As the house's accountant knows them. */
const ACCOUNT_NUMBERS: Record<string, string> = {
  419100: 'fan_wallet',
  419800: 'fan_promo',
  419700: 'refund_payable',
  467100: 'creator_pending',
  467200: 'creator_available',
  467300: 'payout_payable',
  467400: 'charity',
  445710: 'vat_payable',
  517000: 'provider_clearing',
  517100: 'provider_reserve',
  471000: 'provider_other',
  512000: 'house_bank',
  416000: 'disputes_open',
  706000: 'platform_revenue',
  627800: 'provider_fees',
  623400: 'promotion_cost',
  654000: 'chargeback_loss',
  658000: 'written_off',
};
const EARNINGS = ['creator_pending', 'creator_available'];
const PAYOUTS = ['payout', 'payout_returned', 'payout_reversed'];
const SALES = ['ticket', 'tip', 'membership', 'private_session'];
const EVERYTHING = { limit: 10_000 };
const PAGES = { limit: 100 };

export interface Recounted {
  faults: string[];
  figures: Record<string, number | Record<string, number>>;
}

export async function recount(books: { query: Query; stripe: Stripe; reported: Reported }): Promise<Recounted> {
  const { query, stripe, reported } = books;
  const [entries, payments] = [await readEntries(query), await readPayments(query)];
  const faults = [
    ...findUnbalanced(entries),
    ...(await findWrongBalances(query, entries)),
    ...findWrongSplits(entries, payments),
    ...compareStatements(entries, reported),
    ...compareDac7(entries, reported),
    ...(await findWrongPapers(query, entries)),
    ...compareJournal(entries, reported),
    ...compareVat(entries, payments, reported),
  ];
  const bank = await compareBank(stripe, entries, payments);
  const cards = await compareCards(stripe, payments, query);
  return { faults: [...faults, ...bank.faults, ...cards], figures: { ...bank.figures, ...sumUp(entries, payments) } };
}

export async function readEntries(query: Query): Promise<Entry[]> {
  const accounts = new Map(
    (await query<{ id: string; kind: string; owner: string }>('select id, kind, owner from ledger_accounts')).map(
      (row) => [row.id, row],
    ),
  );
  const rows = await query<Record<'id' | 'kind' | 'source_id' | 'at', string> & { reverses_id: string | null }>(
    'select id, kind, source_id, reverses_id, created_at::text as at from ledger_transactions',
  );
  const transactions = new Map(rows.map((row) => [row.id, row]));
  const legs = await query<{ transaction: string; account: string; amount_minor: string }>(
    'select transaction, account, amount_minor from ledger_entries order by seq',
  );
  return legs.map(({ transaction, account, amount_minor }) => {
    const { kind, source_id: source, reverses_id: reverses, at } = transactions.get(transaction) ?? fail(transaction);
    const { kind: name, owner } = accounts.get(account) ?? fail(account);
    const what = { transaction, kind, source, reverses, atMs: Date.parse(at) };
    return { ...what, account: name, owner, amount: Number(amount_minor) };
  });
}

function fail(id: string): never {
  throw new Error(`${id} is missing.`);
}

async function readPayments(query: Query): Promise<Payment[]> {
  const terms = await query<
    { id: string; country: string } & Record<'vat_bps' | 'commission_bps' | 'charity_bps', number>
  >('select * from sale_terms');
  const rows = await query<Record<string, string | null>>('select * from payments order by paid_at, id');
  return rows.map((row) => {
    const its = terms.find(({ id }) => id === row.terms);
    return {
      id: row.id ?? '',
      kind: row.kind ?? '',
      identity: row.identity ?? '',
      creator: row.creator ?? null,
      amount: Number(row.amount_minor),
      paidFrom: row.paid_from ?? '',
      intent: row.provider_payment ?? null,
      terms: its
        ? { country: its.country, vat: its.vat_bps, commission: its.commission_bps, charity: its.charity_bps }
        : null,
    };
  });
}

export const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, each) => total + each, 0);
const total = (entries: Iterable<Entry>): number => sum([...entries].map(({ amount }) => amount));

export function compare(what: string, shown: unknown, recounted: unknown): string[] {
  const [left, right] = [JSON.stringify(shown), JSON.stringify(recounted)];
  return left === right ? [] : [`${what}: the house says ${left}, the recount ${right}`];
}

function findUnbalanced(entries: Entry[]): string[] {
  const journal = Map.groupBy(entries, ({ transaction }) => transaction);
  return [...journal].flatMap(([id, legs]) => compare(`the journal's ${id}`, total(legs), 0));
}

async function findWrongBalances(query: Query, entries: Entry[]): Promise<string[]> {
  const cached = await query<{ owner: string; kind: string; balance: string }>(
    'select owner, kind, balance from ledger_accounts where balance is not null',
  );
  return cached.flatMap(({ owner, kind, balance }) => {
    const own = entries.filter((entry) => entry.owner === owner && entry.account === kind);
    return compare(`the ${kind} of ${owner}`, Number(balance), total(own));
  });
}

/** Splits each price again: VAT out of the gross to the nearest cent, then commission and gift rounded down. */
function findWrongSplits(entries: Entry[], payments: Payment[]): string[] {
  const bookings = Map.groupBy(
    entries.filter(({ reverses }) => reverses === null),
    ({ source }) => source,
  );
  return payments
    .filter(({ kind }) => SALES.includes(kind))
    .flatMap(({ id, kind, amount, terms }) => {
      if (!terms) return [`${id} has no terms`];
      const legs = (bookings.get(id) ?? []).filter((entry) => entry.kind === kind);
      const booked = (...accounts: string[]) => total(legs.filter(({ account }) => accounts.includes(account)));
      const vat = Math.round((amount * terms.vat) / (10_000 + terms.vat));
      const commission = Math.floor(((amount - vat) * terms.commission) / 10_000);
      const gift = Math.floor(((amount - vat - commission) * terms.charity) / 10_000);
      return [
        ...compare(`the rate of ${terms.country} for ${id}`, terms.vat, VAT_PER_TEN_THOUSAND[terms.country]),
        ...compare(`the VAT of ${id}`, booked('vat_payable'), vat),
        ...compare(`the commission of ${id}`, booked('platform_revenue'), commission),
        ...compare(`the gift of ${id}`, booked('charity'), gift),
        ...compare(`the creator's part of ${id}`, booked('creator_pending'), amount - vat - commission - gift),
        ...compare(`what paid ${id}`, -booked('fan_wallet', 'fan_promo', 'provider_clearing'), amount),
      ];
    });
}

/** The transactions that touch a creator's earnings, without moves between their own accounts. */
export function earningsOf(entries: Entry[], creator: string) {
  const own = entries.filter((entry) => entry.owner === creator && EARNINGS.includes(entry.account));
  const byTransaction = Map.groupBy(own, ({ transaction }) => transaction);
  return [...byTransaction].flatMap(([id, legs]) => {
    const [first] = legs;
    if (!first || first.kind === 'release') return [];
    const others = entries.filter(({ transaction }) => transaction === id);
    const of = (account: string) => total(others.filter((entry) => entry.account === account));
    const [net, vat, fees, charity] = [total(legs), of('vat_payable'), of('platform_revenue'), of('charity')];
    const isPayout = PAYOUTS.includes(first.kind);
    return [
      {
        ...first,
        category: isPayout ? 'payout' : first.reverses === null ? 'sale' : 'refund',
        net,
        vat,
        fees,
        charity,
      },
    ];
  });
}

function compareStatements(entries: Entry[], { statements }: Reported): string[] {
  return statements.flatMap((statement) => {
    const { creator, month } = statement;
    const [year = 0, number = 0] = month.split('-').map(Number);
    const [fromMs, untilMs] = [Date.UTC(year, number - 1, 1), Date.UTC(year, number, 1)];
    const all = earningsOf(entries, creator);
    const within = all.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
    const add = (category: string) => {
      const of = within.filter((entry) => entry.category === category);
      const by = (key: 'net' | 'vat' | 'fees' | 'charity') => sum(of.map((entry) => entry[key]));
      const [netMinor, vatMinor, feesMinor, charityMinor] = [by('net'), by('vat'), by('fees'), by('charity')];
      const grossMinor = netMinor + vatMinor + feesMinor + charityMinor;
      return { count: of.length, sums: { grossMinor, vatMinor, feesMinor, charityMinor, netMinor } };
    };
    const before = (ms: number) => sum(all.filter(({ atMs }) => atMs < ms).map(({ net }) => net));
    const [sales, refunds] = [add('sale'), add('refund')];
    const { openingMinor, closingMinor, payoutsMinor, saleCount, refundCount } = statement;
    return [
      ...compare(`${creator} in ${month}, balance`, [openingMinor, closingMinor], [before(fromMs), before(untilMs)]),
      ...compare(`${creator} in ${month}, sales`, statement.sales, sales.sums),
      ...compare(`${creator} in ${month}, refunds`, statement.refunds, refunds.sums),
      ...compare(`${creator} in ${month}, payouts`, payoutsMinor, add('payout').sums.netMinor),
      ...compare(`${creator} in ${month}, counts`, [saleCount, refundCount], [sales.count, refunds.count]),
    ];
  });
}

/** Directive (EU) 2021/514, annex V, section III B: consideration, activities, fees and taxes of each seller. */
function compareDac7(entries: Entry[], { dac7 }: Reported): string[] {
  const { fromMs, untilMs } = boundsOf(dac7.quarter);
  return dac7.sellers.flatMap(({ creator, ...shown }) => {
    const own = earningsOf(entries, creator).filter(
      ({ atMs, category }) => category !== 'payout' && atMs >= fromMs && atMs < untilMs,
    );
    const sales = Map.groupBy(own, ({ transaction, reverses }) => reverses ?? transaction);
    const kept = [...sales.values()].filter(
      (moves) => moves.some(({ reverses }) => reverses === null) && sum(moves.map(({ net }) => net)) > 0,
    );
    const { considerationMinor, activities, feesMinor, taxesMinor, charityMinor } = shown;
    const by = (key: 'net' | 'vat' | 'fees' | 'charity') => sum(own.map((entry) => entry[key]));
    return compare(
      `DAC7 of ${creator}`,
      [considerationMinor, activities, feesMinor, taxesMinor, charityMinor],
      [by('net'), kept.length, by('fees'), by('vat'), by('charity')],
    );
  });
}

function boundsOf(of: string): { fromMs: number; untilMs: number } {
  const [year = 0, quarter = 0] = of.split('-Q').map(Number);
  return { fromMs: Date.UTC(year, quarter * 3 - 3, 1), untilMs: Date.UTC(year, quarter * 3, 1) };
}

/** Numbers without a gap, one for each sale and each of its reversals, and their VAT is that of the books. */
async function findWrongPapers(query: Query, entries: Entry[]): Promise<string[]> {
  const papers = await query<{ transaction: string; seller: string; year: number; number: number; vat_minor: string }>(
    'select transaction, seller, year, number, vat_minor from invoices order by seller, year, number',
  );
  const series = Map.groupBy(papers, ({ seller, year }) => `${seller} ${year}`);
  const gaps = [...series].flatMap(([name, own]) =>
    compare(
      `the numbers of ${name}`,
      own.map(({ number }) => number),
      own.map((_, index) => index + 1),
    ),
  );
  const numbered = new Set(papers.map(({ transaction }) => transaction));
  const vat = entries.filter(({ account }) => account === 'vat_payable');
  const missing = new Set(
    vat.filter(({ transaction }) => !numbered.has(transaction)).map(({ transaction }) => transaction),
  );
  const onPapers = sum(papers.map(({ vat_minor }) => Number(vat_minor)));
  return [
    ...gaps,
    ...[...missing].map((id) => `${id} moves VAT without a numbered paper`),
    ...compare('the VAT on all papers', onPapers, total(vat)),
  ];
}

/** Each entry of the quarter is a line of the file, and each of its transactions balances. */
function compareJournal(entries: Entry[], { journal, dac7 }: Reported): string[] {
  const { fromMs, untilMs } = boundsOf(dac7.quarter);
  const [, ...lines] = journal.trimEnd().split('\r\n');
  const cells = lines.map((line) => line.split('\t')).filter(([name]) => name !== 'AN');
  const minorOf = (text = '') => Math.round(Number(text.replace(',', '.')) * 100);
  const movedBy = (line: string[]) => minorOf(line[12]) - minorOf(line[11]);
  const within = entries.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const unbalanced = [...Map.groupBy(cells, ([, , number]) => number)].flatMap(([number, own]) =>
    compare(`entry ${number} of the file`, sum(own.map(movedBy)), 0),
  );
  const inFile = Map.groupBy(cells, (line) => ACCOUNT_NUMBERS[line[4] ?? ''] ?? line[4]);
  const inBooks = Map.groupBy(within, ({ account }) => account);
  const accounts = new Set([...inFile.keys(), ...inBooks.keys()]);
  return [
    ...unbalanced,
    ...[...accounts].flatMap((account) => {
      const [file, books] = [inFile.get(account) ?? [], inBooks.get(account ?? '') ?? []];
      return compare(`${account} in the file`, [file.length, sum(file.map(movedBy))], [books.length, total(books)]);
    }),
  ];
}

/** What is due to each country, and how many sales were made. */
function compareVat(entries: Entry[], payments: Payment[], { vat, dac7 }: Reported): string[] {
  const { fromMs, untilMs } = boundsOf(dac7.quarter);
  const within = entries.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const countryOf = countriesOf(entries, payments);
  const due: Record<string, number> = {};
  for (const entry of within.filter(({ account }) => account === 'vat_payable'))
    due[countryOf(entry)] = (due[countryOf(entry)] ?? 0) + entry.amount;
  const [shown, counted] = [vat.due.map(({ country, vatMinor }) => [country, vatMinor] as const), Object.entries(due)];
  const isDue = ([, amount]: readonly [string, number]) => amount !== 0;
  const sold = within.filter(({ kind, reverses }) => SALES.includes(kind) && reverses === null);
  return [
    ...compare('the VAT by country', shown.filter(isDue).sort(), counted.filter(isDue).sort()),
    ...compare(
      'the sales on the VAT report',
      sum(vat.sales.map(({ salesCount }) => salesCount)),
      new Set(sold.map(({ transaction }) => transaction)).size,
    ),
    ...compare('sales without a paper', vat.unnumberedCount, 0),
  ];
}

/** The country in the terms of what an entry's transaction sold or reversed. */
function countriesOf(entries: Entry[], payments: Payment[]): (entry: Entry) => string {
  const bySource = new Map(payments.map((payment) => [payment.id, payment]));
  const roots = new Map(entries.map(({ transaction, source }) => [transaction, source]));
  return ({ reverses, source }) =>
    bySource.get(reverses ? (roots.get(reverses) ?? '') : source)?.terms?.country ?? 'other';
}

/** The provider's balance and each kind of its movements, against the account that stands for it. */
async function compareBank(stripe: Stripe, entries: Entry[], payments: Payment[]) {
  const movements = await stripe.balanceTransactions.list(PAGES).autoPagingToArray(EVERYTHING);
  const { available, pending } = await stripe.balance.retrieve();
  const balance = sum([...available, ...pending].map(({ amount }) => amount));
  const clearing = entries.filter(({ account }) => account === 'provider_clearing');
  const there = (...types: string[]) =>
    sum(movements.filter(({ type }) => types.includes(type)).map(({ net, fee }) => net + fee));
  const here = (...kinds: string[]) => -total(clearing.filter(({ kind }) => kinds.includes(kind)));
  const cardSales = payments.filter(({ paidFrom }) => paidFrom === 'card');
  const charged = there('charge', 'payment');
  const feesThere = sum(movements.map(({ fee }) => fee));
  const paidOut = await sumTransfers(stripe);
  const faults = [
    ...compare('the balance at the provider', -total(clearing), balance),
    ...compare('its movements', balance, sum(movements.map(({ net }) => net))),
    ...compare('what cards paid', here(...SALES, 'topup', 'unusable_payment'), charged),
    ...compare('what payments say of it', sum(cardSales.map(({ amount }) => amount)), charged),
    ...compare('what the house sent to creators', here('payout_sent', 'payout_reversed'), -sum(Object.values(paidOut))),
    ...compare(
      'what the house sent to its bank',
      here('bank_payout'),
      there('payout', 'payout_failure', 'payout_cancel'),
    ),
  ];
  for (const [creator, sent] of Object.entries(paidOut)) {
    const moved = entries.filter(
      (e) => e.owner === creator && EARNINGS.includes(e.account) && PAYOUTS.includes(e.kind),
    );
    faults.push(...compare(`what ${creator} was paid`, -total(moved), sent));
  }
  return { faults, figures: { balance, charged, providerFees: feesThere, paidOut } };
}

async function sumTransfers(stripe: Stripe): Promise<Record<string, number>> {
  const accounts = await stripe.accounts.list(PAGES).autoPagingToArray(EVERYTHING);
  const transfers = await stripe.transfers.list(PAGES).autoPagingToArray(EVERYTHING);
  return Object.fromEntries(
    accounts.map(({ id, metadata }) => {
      const own = transfers.filter(({ destination }) => destination === id);
      return [metadata?.creator ?? id, sum(own.map(({ amount, amount_reversed }) => amount - amount_reversed))];
    }),
  );
}

/** Each card payment: charged, refunded and disputed as the provider has it. */
async function compareCards(stripe: Stripe, payments: Payment[], query: Query): Promise<string[]> {
  const intents = await stripe.paymentIntents.list(PAGES).autoPagingToArray(EVERYTHING);
  const refunds = await stripe.refunds.list(PAGES).autoPagingToArray(EVERYTHING);
  const disputes = await stripe.disputes.list(PAGES).autoPagingToArray(EVERYTHING);
  const ours = await query<{ provider_payment: string; amount_minor: string; returned_at: string | null }>(
    'select provider_payment, amount_minor, returned_at from provider_refunds',
  );
  const lost = await query<{ provider_payment: string; withdrawn_minor: string; fee_minor: string }>(
    'select provider_payment, withdrawn_minor, fee_minor from disputes',
  );
  const charged = intents.filter(({ status }) => status === 'succeeded');
  const known = new Map(payments.flatMap((payment) => (payment.intent ? [[payment.intent, payment]] : [])));
  return charged.flatMap(({ id, amount_received }) => {
    const payment = known.get(id);
    if (!payment) return [`${id} was charged ${amount_received}, and no payment knows it`];
    const back = refunds.filter((r) => r.payment_intent === id && (r.status === 'succeeded' || r.status === 'pending'));
    const taken = disputes.filter((d) => d.payment_intent === id).flatMap((d) => d.balance_transactions);
    const own = ours.filter((r) => r.provider_payment === id && r.returned_at === null);
    const gone = lost.filter((d) => d.provider_payment === id);
    return [
      ...compare(`the price of ${payment.id}`, payment.amount, amount_received),
      ...compare(
        `what of ${payment.id} was refunded`,
        sum(own.map((r) => Number(r.amount_minor))),
        sum(back.map(({ amount }) => amount)),
      ),
      ...compare(
        `what of ${payment.id} its bank took`,
        sum(gone.map((d) => Number(d.withdrawn_minor))),
        -sum(taken.map(({ net }) => net)),
      ),
    ];
  });
}

/** The quarter at a glance. */
function sumUp(entries: Entry[], payments: Payment[]): Recounted['figures'] {
  const gross: Record<string, number> = {};
  const vat: Record<string, number> = {};
  const countryOf = countriesOf(entries, payments);
  for (const { kind, amount } of payments) gross[kind] = (gross[kind] ?? 0) + amount;
  for (const entry of entries.filter(({ account }) => account === 'vat_payable'))
    vat[countryOf(entry)] = (vat[countryOf(entry)] ?? 0) + entry.amount;
  const accounts: Record<string, number> = {};
  for (const { account, amount } of entries) accounts[account] = (accounts[account] ?? 0) + amount;
  return { payments: payments.length, gross, vat, accounts };
}
