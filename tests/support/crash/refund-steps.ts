/** Where a process can be killed: before and after each transaction and each provider call of a refund. */
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { TicketId } from '../../../server/protocol/ids.ts';
import type { DatabaseKind } from '../databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, pay } from '../houses/money-house.ts';

/** Simulates a kill where the test runs in the same process. */
class Killed extends Error {}

/** Counts steps, and blocks every step after the one at which the process is killed. */
export class Killer {
  readonly #kill: () => void;
  #left = Number.POSITIVE_INFINITY;

  constructor(kill: () => void) {
    this.#kill = kill;
  }

  killAfter(steps: number): void {
    this.#left = steps;
  }

  spare(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }

  async step<T>(work: () => Promise<T>): Promise<T> {
    this.#pass();
    const result = await work();
    this.#pass();
    return result;
  }

  get hasKilled(): boolean {
    return this.#left < 0;
  }

  #pass(): void {
    this.#left -= 1;
    if (this.#left < 0) this.#kill();
  }
}

export interface KillableHouse {
  db: Database & AsyncDisposable;
  house: MoneyHouse;
  /** Kills the process after so many steps of `work`, and starts the next one. False if `work` ended before. */
  killDuring(steps: number, work: () => Promise<unknown>): Promise<boolean>;
}

/** A house without background jobs, whose process can be killed at each step. */
export async function openKillableHouse(
  open: DatabaseKind['open'],
  wrapProvider: (provider: PaymentProvider, killer: Killer) => PaymentProvider = (provider) => provider,
): Promise<KillableHouse> {
  const killer = new Killer(() => {
    throw new Killed();
  });
  const db = await open();
  countTransactions(db, killer);
  const house = await openMoneyHouse({
    db,
    isRunning: false,
    wrapProvider: (provider) => wrapProvider(provider, killer),
  });
  return {
    db,
    house,
    async killDuring(steps, work) {
      killer.killAfter(steps);
      await work().catch((error) => {
        if (!killer.hasKilled) throw error;
      });
      await house.money.idle();
      const { hasKilled } = killer;
      killer.spare();
      await house.restartMoney();
      return hasKilled;
    },
  };
}

export function countTransactions(db: Database, killer: Killer): void {
  const transaction = db.transaction.bind(db);
  db.transaction = (work) => killer.step(() => transaction(work));
}

export function countRefundSteps(provider: PaymentProvider, killer: Killer): PaymentProvider {
  const { refund, fetchRefund, listRefunds } = provider;
  provider.refund = (order) => killer.step(() => refund.call(provider, order));
  provider.fetchRefund = (id) => killer.step(() => fetchRefund.call(provider, id));
  provider.listRefunds = (payment) => killer.step(() => listRefunds.call(provider, payment));
  return provider;
}

export async function buyTicketByCard(house: MoneyHouse): Promise<{ ticket: TicketId; payment: string }> {
  const room = await house.createRoom({ kind: 'ticket', priceMinor: 2_000 });
  const identity = await house.createFan();
  const page = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'card' });
  const confirmed = await house.money.confirmCheckout(await pay('checkoutUrl' in page ? page.checkoutUrl : ''));
  const payment = (await house.money.desk.payments.get(confirmed.id)).providerPayment ?? '';
  return { ticket: confirmed.id as TicketId, payment };
}
