import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq } from '../../platform/db/sql.ts';
import type { Source } from '../ledger/ledger.store.ts';
import type { TransactionKind } from '../ledger/ledger.ts';
import { membershipInvoices, memberships } from '../memberships/memberships.schema.ts';
import { checkouts } from './checkouts.schema.ts';

export type CardPaymentType = 'topup' | 'ticket' | 'tip' | 'membership';

/** What a payment at the provider paid for, whether on a page, by a saved card or by a renewal. */
export interface CardPayment {
  sourceType: CardPaymentType;
  /** The top-up, ticket or tip, or our id of the payment for a membership. */
  sourceId: string;
  identity: string;
}

/** The transaction in the ledger that booked the payment. */
export interface BookedAs {
  kind: TransactionKind;
  source: Source;
}

/** Looks up payments by the provider's id, which is all that an event about a dispute or a refund names. */
export class CardPaymentsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async findByPayment(payment: string): Promise<CardPayment | undefined> {
    const [paid] = await this.#orm
      .select({ sourceType: checkouts.purpose, sourceId: checkouts.sourceId, identity: checkouts.identity })
      .from(checkouts)
      .where(and(eq(checkouts.providerPayment, payment), eq(checkouts.status, 'paid')));
    if (paid) return paid;
    const [renewed] = await this.#orm
      .select({ sourceId: membershipInvoices.id, identity: memberships.identity })
      .from(membershipInvoices)
      .innerJoin(memberships, eq(memberships.id, membershipInvoices.membership))
      .where(eq(membershipInvoices.providerPayment, payment));
    return renewed && { sourceType: 'membership', ...renewed };
  }

  async bookedAs(tx: Orm, paid: { sourceType: string; sourceId: string }): Promise<BookedAs> {
    const { sourceType, sourceId } = paid;
    if (sourceType !== 'membership') {
      return { kind: sourceType as TransactionKind, source: { type: sourceType as Source['type'], id: sourceId } };
    }
    const [row] = await tx
      .select({ invoice: membershipInvoices.invoice })
      .from(membershipInvoices)
      .where(eq(membershipInvoices.id, sourceId));
    return { kind: 'membership', source: { type: 'membership_invoice', id: row?.invoice ?? sourceId } };
  }
}
