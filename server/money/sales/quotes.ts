/** The receipt before paying: who gets what of a ticket, a tip or minutes of a private session, on the terms of this moment. Writes nothing that is owed. */
import { AppError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Quote, QuoteInput } from '../../protocol/money/pricing.ts';
import type { Room } from '../../protocol/rooms.ts';
import { currentWaiver } from '../checkout/waiver-texts.ts';
import { assertAmount, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { estimateFee, partsOf } from './price-parts.ts';
import type { TicketsStore } from './tickets.store.ts';

export interface QuoteRequest extends Omit<QuoteInput, 'locale'> {
  room: Room;
  identity: string;
  locale?: string | undefined;
}

export class Quotes {
  readonly #context: MoneyContext;
  readonly #tickets: TicketsStore;

  constructor(context: MoneyContext, tickets: TicketsStore) {
    this.#context = context;
    this.#tickets = tickets;
  }

  async quote(request: QuoteRequest): Promise<Quote> {
    const { room, identity, kind, locale } = request;
    const { pricing, currency, walletMode } = this.#context;
    const isPrivate = kind === 'private_session';
    if (isPrivate && walletMode === 'off') throw new AppError('wallet_off');
    // Minutes are paid from the wallet alone.
    const from = walletMode === 'off' ? 'card' : isPrivate ? 'wallet' : (request.from ?? 'wallet');
    const grossMinor = this.#grossOf(request, from);
    const creator = room.creator.identity;
    const terms = await pricing.findTerms({ creator, buyer: identity });
    const split = splitSale(grossMinor, terms);
    const association = terms.association ? await pricing.getAssociation(terms.association) : undefined;
    return {
      kind,
      from,
      grossMinor,
      currency,
      parts: partsOf(split, estimateFee(grossMinor, from)),
      vat: { rateBps: terms.vatBps, country: terms.country, amountMinor: split.vatMinor },
      association: association
        ? { id: association.id, name: association.name, url: association.url, shareBps: terms.charityBps }
        : null,
      feePolicy: terms.id,
      waiver: kind === 'ticket' ? currentWaiver(locale === 'fr' ? 'fr' : 'en') : null,
      ticketsLeft: kind === 'ticket' ? await this.#ticketsLeft(room, identity) : null,
    };
  }

  #grossOf({ room, kind, amountMinor, minutes = 1 }: QuoteRequest, from: Quote['from']): number {
    if (room.status === 'ended') throw new AppError('room_ended');
    if (kind === 'ticket') {
      const offer = this.#context.rooms.offerOf(room);
      if (!offer) throw new AppError('nothing_to_buy');
      return offer.priceMinor;
    }
    if (kind === 'private_session') {
      const { kind: rule, ratePerMinuteMinor } = room.access;
      if (rule !== 'private' || ratePerMinuteMinor === undefined) throw new AppError('private_not_offered');
      const grossMinor = ratePerMinuteMinor * minutes;
      assertAmount(grossMinor);
      return grossMinor;
    }
    if (amountMinor === undefined) throw new AppError('amount_invalid', 'Name the amountMinor of the tip.');
    assertAmount(amountMinor);
    if (amountMinor < (from === 'card' ? LIMITS.directTipMinMinor : LIMITS.tipMinMinor))
      throw new AppError('amount_too_small');
    if (amountMinor > LIMITS.tipMaxMinor) throw new AppError('amount_too_large');
    return amountMinor;
  }

  async #ticketsLeft({ id, capacity }: Room, identity: string): Promise<number | null> {
    return capacity === null ? null : Math.max(0, capacity - (await this.#tickets.countOthers(id, identity)));
  }
}
