/**
 * What the kinds of payments do not share: whether one became credit, what ends with its refund, and what its receipt
 * says besides the amounts. The next kind is one more row here.
 */
import { iso } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId, TipId } from '../../protocol/ids.ts';
import type { PaymentKind } from '../../protocol/money/payment-kind.ts';
import type { Receipt } from '../../protocol/money/pricing.ts';
import type { MembershipStanding } from '../memberships/membership-standing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MoneyFact } from '../money-facts.ts';
import { type TicketRow, toTicket } from '../sales/tickets.store.ts';
import type { PaymentRow } from './payments.store.ts';

export interface PaymentRule {
  /** It became credit: refunded in many parts, as far as it is unspent. */
  isCredit?: true;
  /** Throws where this kind cannot be refunded now. Asked before a repeated order is recognised. */
  assertRefundable?(payment: PaymentRow): Promise<void>;
  /** Ends what it bought, once all of it is refunded; in the caller's transaction, after the books. */
  end?(tx: Orm, payment: PaymentRow): Promise<MoneyFact[]>;
  /** Absent: nothing. A status overrides `settled`, `part_refunded` or `refunded`. */
  describe?(payment: PaymentRow): Promise<Partial<Receipt>>;
}

export type PaymentRules = Record<PaymentKind, PaymentRule>;

interface RuleParts {
  standing: MembershipStanding;
  /** Why the buyer of a ticket cannot return it. */
  findObstacle: (ticket: TicketRow) => Promise<string | undefined>;
}

export const DISPUTED =
  'The payer disputes this payment with their bank, which takes the money back itself if it agrees.';

export function createPaymentRules(context: MoneyContext, { standing, findObstacle }: RuleParts): PaymentRules {
  const { checkouts, memberships, privateSessions, refunds, tickets, tips } = context.stores;
  return {
    topup: {
      isCredit: true,
      describe: async () => ({ status: 'settled' }),
    },
    ticket: {
      // The bank decides about a card; what other credit paid of a ticket is refunded once no dispute holds it.
      assertRefundable: async ({ id, paidFrom }) => {
        if (paidFrom === 'card' && (await tickets.find(id))?.status === 'disputed')
          throw new AppError('not_refundable', DISPUTED);
      },
      end: async (tx, { id }) => {
        const row = await tickets.markRefunded(tx, id, ['valid', 'disputed']);
        await context.rooms.entitlements.revoke(tx, { source: 'ticket', sourceId: id }, 'refunded');
        if (!row) return [];
        const ticket = toTicket(row);
        return [['ticket.refunded', { ticket }, { room: ticket.room, identity: ticket.identity }]];
      },
      describe: async ({ id }) => {
        const row = await tickets.find(id);
        if (!row) return {};
        return {
          status: row.status,
          waiver: (await tickets.findWaiver(id)) ?? null,
          withdrawable: (await findObstacle(row)) === undefined,
        };
      },
    },
    tip: {
      end: async (tx, { id, identity, amountMinor, currency, room: of }) => {
        await tips.endRequest(tx, id);
        const [tip, room] = [id as TipId, of as RoomId];
        return [['tip.refunded', { tip, room, identity, amountMinor, currency }, { room, identity }]];
      },
      describe: async ({ id }) => {
        const row = await tips.find(id);
        return row?.request ? { request: { label: row.menuLabel ?? '', state: row.request } } : {};
      },
    },
    membership: {
      end: async (tx, { id }) => {
        await standing.handleRefunded(tx, id);
        return [];
      },
      describe: async ({ id }) => {
        const row = await memberships.findInvoice(id);
        if (!row) return {};
        const { name } = await context.rooms.clubs.getTier(row.tier);
        return { membership: { id: row.membership, tier: name, paidUntil: iso(row.periodEnd) } };
      },
    },
    private_session: {
      describe: async ({ id }) => {
        const row = await privateSessions.find(id);
        return row ? { privateSession: { ratePerMinuteMinor: row.rateMinor, confirmedMs: row.confirmedMs } } : {};
      },
    },
    // A card payment that bought nothing. Its refund is under way, and can be ordered again if it fails.
    unusable: {
      describe: async ({ id }) => {
        const row = await checkouts.findBySource(id);
        const refund = await refunds.findOf(id);
        return {
          ...(row ? { kind: row.purpose, reason: row.unusableBecause } : {}),
          status: refund?.status === 'succeeded' ? 'refunded' : (refund?.status ?? 'pending'),
        };
      },
    },
  };
}
