/**
 * The journal of a period in the form of the French *fichier des écritures comptables*: one line an entry, 18 columns
 * separated by tabs, ASCII, the balances carried forward first (livre des procédures fiscales, article A47 A-1;
 * BOI-CF-IOR-60-40-20). It is read from the ledger hour by hour, so that a year of a large house is never in memory.
 */
import { HOUR_MS, iso } from '../../platform/clock.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import { CURRENCIES } from '../../protocol/money/currencies.ts';
import { type AccountKind, HOUSE, type TransactionKind } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { ACCOUNTS_CHART, type AccountsChart } from './accounts-chart.ts';
import { type AccountSum, JournalStore } from './journal.store.ts';

/** Where the results of earlier years are carried forward. */
const CARRIED_FORWARD = { number: '110000', name: 'Report a nouveau' };

const JOURNALS = { AN: 'A nouveaux', BQ: 'Prestataire de paiement et banque', OD: 'Operations diverses', VE: 'Ventes' };

const KINDS: Record<TransactionKind, [journal: keyof typeof JOURNALS, label: string]> = {
  ticket: ['VE', 'Billet'],
  tip: ['VE', 'Pourboire'],
  membership: ['VE', 'Abonnement'],
  private_session: ['VE', 'Seance privee'],
  refund: ['VE', 'Remboursement'],
  dispute_reversal: ['VE', 'Vente perdue par un litige'],
  topup: ['BQ', 'Recharge'],
  unusable_payment: ['BQ', 'Paiement sans objet'],
  refund_sent: ['BQ', 'Remboursement envoye'],
  refund_returned: ['BQ', 'Remboursement revenu'],
  provider_fee: ['BQ', 'Frais de paiement'],
  provider_charge: ['BQ', 'Frais du prestataire'],
  payout_sent: ['BQ', 'Virement envoye a un createur'],
  payout_reversed: ['BQ', 'Virement repris'],
  dispute_funds: ['BQ', 'Litige : mouvement de fonds'],
  bank_payout: ['BQ', 'Virement a la banque'],
  association_paid: ['BQ', 'Versement a une association'],
  vat_remitted: ['BQ', 'TVA reversee'],
  credit_transferred: ['BQ', "Credit d'un compte clos, vire"],
  provider_reserve: ['BQ', 'Reserve du prestataire'],
  provider_other: ['BQ', 'Autre mouvement du prestataire'],
  dispute_loss: ['OD', 'Perte sur litige'],
  dispute_undone: ['OD', 'Litige annule par la banque'],
  promotion: ['OD', 'Credit offert'],
  promotion_expired: ['OD', 'Credit offert expire'],
  write_off: ['OD', 'Somme abandonnee'],
  release: ['OD', 'Revenus disponibles'],
  payout: ['OD', 'Virement demande'],
  payout_returned: ['OD', 'Virement refuse'],
};

const COLUMNS = [
  'JournalCode',
  'JournalLib',
  'EcritureNum',
  'EcritureDate',
  'CompteNum',
  'CompteLib',
  'CompAuxNum',
  'CompAuxLib',
  'PieceRef',
  'PieceDate',
  'EcritureLib',
  'Debit',
  'Credit',
  'EcritureLet',
  'DateLet',
  'ValidDate',
  'Montantdevise',
  'Idevise',
];

/** In the house's time zone, from a month such as `2026-01` on. */
export interface JournalPeriod {
  from: string;
  months: number;
}

interface EntryHead {
  journal: keyof typeof JOURNALS;
  number: number;
  day: string;
  piece: string;
  pieceDay: string;
  label: string;
}

export class Journal {
  readonly #context: MoneyContext;
  readonly #store: JournalStore;
  readonly #chart: AccountsChart;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new JournalStore(context.db);
    this.#chart = { ...ACCOUNTS_CHART, ...context.accountsChart };
  }

  /**
   * The name is that which the law asks: SIREN, `FEC`, last day. `ofEmbedders`: people of the house are not named, so
   * their lines have no auxiliary account.
   */
  async export(
    { from, months }: JournalPeriod,
    { ofEmbedders = false } = {},
  ): Promise<{ name: string; chunks: AsyncGenerator<string> }> {
    const { timeZone, seller } = this.#context;
    const [firstDay, nextDay, lastDay] = [dayOf(from), dayOf(from, { months }), dayOf(from, { months, days: -1 })];
    const fromMs = await this.#store.startOf(firstDay, timeZone);
    const untilMs = await this.#store.startOf(nextDay, timeZone);
    const siren = /^FR\w{2}(\d{9})$/.exec(seller?.vatNumber?.replaceAll(' ', '') ?? '')?.[1] ?? '';
    const write = (head: EntryHead, sums: AccountSum[]) => this.#linesOf(head, sums, ofEmbedders);
    const chunks = this.#write({ fromMs, untilMs, firstDay: compact(firstDay) }, write);
    return { name: `${siren}FEC${compact(lastDay)}`, chunks };
  }

  async *#write(
    { fromMs, untilMs, firstDay: day }: { fromMs: number; untilMs: number; firstDay: string },
    write: (head: EntryHead, sums: AccountSum[]) => string,
  ): AsyncGenerator<string> {
    const { currency, timeZone } = this.#context;
    yield lineOf(COLUMNS);
    const label = JOURNALS.AN;
    const opening: EntryHead = { journal: 'AN', number: 1, day, piece: label, pieceDay: day, label };
    let number = 0;
    let carriedMinor = 0;
    for await (const balances of this.#store.readBalances(currency, iso(fromMs))) {
      if (balances.length > 0) number = 1;
      // Costs and revenue begin each year at zero.
      const kept = balances.filter(({ account }) => !/^[67]/.test(this.#chart[account].number));
      carriedMinor += sumOf(balances) - sumOf(kept);
      yield write(opening, kept);
    }
    if (carriedMinor !== 0) yield this.#lineOf(opening, CARRIED_FORWARD, { owner: '', amountMinor: carriedMinor });
    for (const hourMs of await this.#store.listHours(currency, { fromIso: iso(fromMs), untilIso: iso(untilMs) })) {
      const [startMs, endMs] = [Math.max(hourMs, fromMs), Math.min(hourMs + HOUR_MS, untilMs)];
      const hour = { fromIso: iso(startMs), untilIso: iso(endMs), timeZone };
      for (const { kind, source, invoice, issued, legs, ...entry } of await this.#store.listEntries(currency, hour)) {
        number += 1;
        const [journal, text] = KINDS[kind];
        const piece = { piece: invoice ?? source, pieceDay: issued ?? entry.day };
        yield write({ journal, number, day: entry.day, ...piece, label: `${text} ${source}` }, legs);
      }
    }
  }

  #linesOf(head: EntryHead, sums: AccountSum[], ofEmbedders: boolean): string {
    const isNamed = (owner: string) => owner !== HOUSE && !(ofEmbedders && isPersonId(owner));
    return sums
      .map(({ account, owner, amountMinor }) =>
        this.#lineOf(head, this.#chart[account], { owner: isNamed(owner) ? owner : '', amountMinor }),
      )
      .join('');
  }

  /** What the ledger owes is a credit. */
  #lineOf(
    { journal, number, day, piece, pieceDay, label }: EntryHead,
    account: AccountsChart[AccountKind],
    { owner, amountMinor }: { owner: string; amountMinor: number },
  ): string {
    const entry = [journal, JOURNALS[journal], String(number), day, account.number, account.name, owner, owner];
    const [debit, credit] = [this.#amountOf(Math.max(0, -amountMinor)), this.#amountOf(Math.max(0, amountMinor))];
    return lineOf([...entry, piece, pieceDay, label, debit, credit, '', '', day, '', '']);
  }

  #amountOf(amountMinor: number): string {
    const decimals = CURRENCIES[this.#context.currency as keyof typeof CURRENCIES];
    return (amountMinor / 10 ** decimals).toFixed(decimals).replace('.', ',');
  }
}

/** Nothing in a cell may separate cells or lines, or lie outside ASCII. */
function lineOf(cells: string[]): string {
  const plain = cells.map((cell) => cell.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''));
  return `${plain.join('\t')}\r\n`;
}

/** `20261231` */
function compact(day: string): string {
  return day.replaceAll('-', '');
}

/** The first day of a month, moved. */
function dayOf(month: string, { months = 0, days = 0 } = {}): string {
  const [year, monthOfYear] = month.split('-').map(Number) as [number, number];
  return iso(Date.UTC(year, monthOfYear - 1 + months, 1 + days)).slice(0, 10);
}

function sumOf(sums: AccountSum[]): number {
  return sums.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}
