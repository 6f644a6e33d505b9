/**
 * What can be refunded: any payment. Finds the one that a request names, and ends what it bought once the books have
 * changed; how depends on its kind (`payment-kinds.ts`). `refunds.ts` decides; nothing here moves money.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { ID_PREFIXES, type RoomId } from '../../protocol/ids.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MoneyFact } from '../money-facts.ts';
import type { PaymentRules } from '../payments/payment-kinds.ts';
import type { PaymentRow } from '../payments/payments.store.ts';

export interface RefundableParts {
  rules: PaymentRules;
  refreshMembership: (id: string) => Promise<void>;
}

export class Refundables {
  readonly #context: MoneyContext;
  readonly #parts: RefundableParts;

  constructor(context: MoneyContext, parts: RefundableParts) {
    this.#context = context;
    this.#parts = parts;
  }

  async find(id: string): Promise<PaymentRow> {
    const { payments } = this.#context.stores;
    const { rules, refreshMembership } = this.#parts;
    const isMembership = id.startsWith(ID_PREFIXES.membership);
    // A membership's id means its latest payment, which may be a renewal that is not known yet.
    if (isMembership) await refreshMembership(id);
    const found = await (isMembership ? payments.findLatestFor(id) : payments.find(id));
    if (!found) throw new AppError('payment_not_found');
    await rules[found.kind].assertRefundable?.(found);
    return found;
  }

  isCredit({ kind }: Pick<PaymentRow, 'kind'>): boolean {
    return this.#parts.rules[kind].isCredit === true;
  }

  /** Ends a payment, and what it bought, if nothing of it is left. False: it had ended before. */
  async end(
    tx: Orm,
    payment: PaymentRow,
    { isWhole, boughtNothing = false }: { isWhole: boolean; boughtNothing?: boolean | undefined },
  ): Promise<MoneyFact[] | false> {
    const { id, kind } = payment;
    if (this.isCredit(payment)) return [];
    const room = payment.room as RoomId | null;
    const changed: MoneyFact[] = room ? [['earnings.changed', { room }, { room }]] : [];
    if (!isWhole) return changed;
    if (!(await this.#context.stores.payments.markRefunded(tx, id, this.#context.nowIso()))) return false;
    if (boughtNothing) return changed;
    return [...((await this.#parts.rules[kind].end?.(tx, payment)) ?? []), ...changed];
  }
}
