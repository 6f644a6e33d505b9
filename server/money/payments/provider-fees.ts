/**
 * The provider's fees of card payments. Each is known only some time after its payment: it is looked up ever less
 * often, and booked once. What is still unknown after some months is reported by reconciliation.
 */
import { DAY_MS } from '../../platform/clock.ts';
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import { houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderPayment } from '../provider/payment-provider.ts';
import { payments } from './payments.schema.ts';
import type { PaymentRow } from './payments.store.ts';

/** A fee is looked up again after as long as the payment is old, within these. */
const LOOKUP_FIRST_MS = 10_000;
const LOOKUP_MAX_MS = DAY_MS;
const LOOKUPS_MS = 90 * DAY_MS;

export class ProviderFees {
  /** Card payments whose fee is not known yet. */
  readonly due: DueRows<typeof payments>;
  readonly #context: MoneyContext;

  constructor(context: MoneyContext) {
    this.#context = context;
    const attempt = (payment: PaymentRow) => this.#lookUp(payment);
    this.due = context.dueRows({ name: 'provider fees', table: payments, key: [payments.id], attempt });
  }

  /** Handles an event about a payment, whose fee may be known now. False: no such payment is booked. */
  async handlePaymentChanged(providerPayment: string): Promise<boolean> {
    const payment = await this.#context.stores.payments.findByProvider(providerPayment);
    if (payment?.feeMinor === null) await this.#lookUp(payment);
    return payment !== undefined;
  }

  /** Books what the provider says about a payment, if that is news. */
  async note(found: ProviderPayment): Promise<void> {
    const payment = await this.#context.stores.payments.findByProvider(found.payment);
    if (payment?.feeMinor === null) await this.#book(payment, found);
  }

  async #lookUp(payment: PaymentRow): Promise<void> {
    await this.#book(payment, await this.#context.provider.fetchPayment(payment.providerPayment ?? ''));
  }

  async #book({ id, kind, paidAt }: PaymentRow, found: ProviderPayment | undefined): Promise<void> {
    const { db, ledger, stores, currency } = this.#context;
    const feeMinor = found?.feeMinor ?? null;
    if (feeMinor === null) return stores.payments.setFeeLookup(id, this.#nextLookupIso(paidAt));
    await db.transaction(async (tx) => {
      if (!(await stores.payments.setFee(tx, id, feeMinor)) || feeMinor === 0) return;
      const [from, to] = [houseAccount('provider_fees', currency), houseAccount('provider_clearing', currency)];
      const [source, legs] = [{ type: kind, id }, transferLegs(from, to, feeMinor)];
      await ledger.post(tx, { kind: 'provider_fee', source, legs, at: this.#context.nowIso() });
    });
  }

  #nextLookupIso(paidAt: string): string | null {
    const ageMs = this.#context.clock.now() - Date.parse(paidAt);
    if (ageMs >= LOOKUPS_MS) return null;
    return this.#context.laterIso(Math.min(Math.max(ageMs, LOOKUP_FIRST_MS), LOOKUP_MAX_MS));
  }
}
