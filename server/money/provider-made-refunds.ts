/**
 * Refunds that somebody ordered at the provider itself, by hand: the money has left, so they are booked as soon as they are noticed. A sale is
 * taken back pro rata, credit as far as it is unspent; what nobody's account can bear is the house's loss.
 */
import type { Orm } from '../platform/db.ts';
import type { RoomId, TipId } from '../protocol/ids.ts';
import type { CardPayment } from './card-payments.store.ts';
import type { CardPayments } from './card-payments.ts';
import { fanWallet, houseAccount, type Leg, remainderOf, reversalLegs, transferLegs } from './ledger.ts';
import type { MembershipStanding } from './membership-standing.ts';
import type { MoneyContext } from './money-context.ts';
import type { ProviderRefund } from './payment-provider.ts';
import type { ProviderMadeRefundsStore } from './provider-made-refunds.store.ts';
import { type TicketsStore, toTicket } from './tickets.store.ts';
import type { TipsStore } from './tips.store.ts';
import { assertOld } from './unknown-payment.ts';

interface ProviderMadeRefundParts {
  store: ProviderMadeRefundsStore;
  payments: CardPayments;
  standing: MembershipStanding;
  tickets: TicketsStore;
  tips: TipsStore;
}

export class ProviderMadeRefunds {
  readonly #context: MoneyContext;
  readonly #parts: ProviderMadeRefundParts;

  constructor(context: MoneyContext, parts: ProviderMadeRefundParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Books a refund that is none of ours, once it has succeeded; takes it back when it fails after that. */
  async handle(found: ProviderRefund): Promise<void> {
    const { log } = this.#context;
    const paid = found.payment ? await this.#parts.payments.findByPayment(found.payment) : undefined;
    const fields = { providerRefund: found.providerRefund, amountMinor: found.amountMinor };
    if (!paid || found.currency !== this.#context.currency) {
      assertOld(this.#context, found.createdAtMs);
      log.warn(fields, 'a refund was made at the provider of a payment that is not ours');
      return;
    }
    if (found.status === 'failed') return this.#takeBack(found, paid);
    if (found.status !== 'succeeded') return;
    const isNews = await this.#book(found, paid);
    if (!isNews) return;
    log.warn({ ...fields, source: paid.sourceId }, 'a refund was made by hand at the provider, and is booked');
    this.#context.metrics.moneyMinor.inc({ kind: 'refund' }, found.amountMinor);
    this.#context.outbox.wake();
    // The news that it failed may have come while this was being booked, and has found nothing to take back.
    const after = await this.#context.provider.fetchRefund(found.providerRefund);
    if (after?.status === 'failed') await this.#takeBack(after, paid);
  }

  async #book(found: ProviderRefund, paid: CardPayment): Promise<boolean> {
    const { db, ledger, currency } = this.#context;
    const { identity, sourceType: purpose, sourceId } = paid;
    const wallet = fanWallet(identity, currency);
    const at = this.#context.nowIso();
    return db.transaction(async (tx) => {
      const available = await ledger.lockWallet(tx, wallet);
      const { providerRefund, amountMinor } = found;
      const row = { providerRefund, providerPayment: found.payment ?? '', sourceType: purpose, sourceId, identity };
      if (!(await this.#parts.store.insert(tx, { ...row, amountMinor, lossMinor: 0, currency, createdAt: at })))
        return false;
      const booked = await ledger.findTransaction(tx, await this.#parts.payments.bookedAs(tx, paid));
      const bearableMinor = purpose === 'topup' ? available : Number.POSITIVE_INFINITY;
      const takenMinor = Math.min(amountMinor, Math.max(0, bearableMinor), booked ? remainderOf(booked) : 0);
      const clearing = houseAccount('provider_clearing', currency);
      if (booked && takenMinor > 0) {
        const legs = reversalLegs({
          original: booked.legs,
          payer: clearing,
          to: clearing,
          amountMinor: takenMinor,
          earlier: booked.earlier,
        });
        const source = { type: 'provider_refund', id: providerRefund } as const;
        await ledger.post(tx, { kind: 'refund', source, reversesId: booked.id, legs, at });
      }
      if (takenMinor < amountMinor) await this.#bookLoss(tx, found, { lossMinor: amountMinor - takenMinor, at });
      const isWhole = booked !== undefined && takenMinor > 0 && takenMinor === remainderOf(booked);
      if (purpose === 'ticket' && isWhole) await this.#endTicket(tx, sourceId);
      if (purpose === 'tip' && isWhole) await this.#endTip(tx, sourceId as TipId);
      if (purpose === 'membership' && isWhole) await this.#parts.standing.handleRefunded(tx, sourceId);
      if (purpose === 'topup' && takenMinor > 0) {
        const after = await this.#context.readWallet(identity, tx);
        await this.#context.tell(tx, ['wallet.changed', { identity, wallet: after }, { identity }]);
      }
      return true;
    });
  }

  async #bookLoss(tx: Orm, found: ProviderRefund, { lossMinor, at }: { lossMinor: number; at: string }): Promise<void> {
    const { ledger, currency } = this.#context;
    const legs = transferLegs(
      houseAccount('chargeback_loss', currency),
      houseAccount('provider_clearing', currency),
      lossMinor,
    );
    const source = { type: 'provider_refund', id: found.providerRefund } as const;
    await ledger.post(tx, { kind: 'dispute_loss', source, legs, at });
    await this.#parts.store.setLoss(tx, found.providerRefund, lossMinor);
  }

  async #endTicket(tx: Orm, id: string): Promise<void> {
    // Disputed too: that it was won may be told later, and must not make a key again of what was given back.
    const ticket = await this.#parts.tickets.markRefunded(tx, id, ['valid', 'disputed']);
    if (!ticket) return;
    const room = ticket.room as RoomId;
    await this.#context.rooms.revokeEntitlement(tx, { source: 'ticket', sourceId: id }, 'refunded');
    await this.#context.tell(
      tx,
      ['ticket.refunded', { ticket: toTicket(ticket) }, { room, identity: ticket.identity }],
      ['earnings.changed', { room }, { room }],
    );
  }

  async #endTip(tx: Orm, id: TipId): Promise<void> {
    const tip = await this.#parts.tips.markRefunded(tx, id);
    if (!tip) return;
    const { identity, amountMinor, currency } = tip;
    const room = tip.room as RoomId;
    await this.#context.tell(
      tx,
      ['tip.refunded', { tip: id, room, identity, amountMinor, currency }, { room, identity }],
      ['earnings.changed', { room }, { room }],
    );
  }

  /** The bank sent it back: the money lies at the provider again, and is owed to nobody who lost it, so the house keeps it until asked. */
  async #takeBack(found: ProviderRefund, paid: CardPayment): Promise<void> {
    const { db, ledger, currency, log } = this.#context;
    const at = this.#context.nowIso();
    const isNews = await db.transaction(async (tx) => {
      if (!(await this.#parts.store.markReturned(tx, found.providerRefund, at))) return false;
      const legs: Leg[] = transferLegs(
        houseAccount('provider_clearing', currency),
        houseAccount('refund_payable', currency),
        found.amountMinor,
      );
      const source = { type: 'provider_refund', id: found.providerRefund } as const;
      await ledger.post(tx, { kind: 'refund_returned', source, legs, at });
      return true;
    });
    if (isNews) {
      const fields = { providerRefund: found.providerRefund, source: paid.sourceId };
      log.error(fields, 'a refund that was made by hand at the provider came back, and is owed to the payer');
    }
  }
}
