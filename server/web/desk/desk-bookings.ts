/** `<desk-bookings>`: what happened outside the payment provider, and what waits for a second operator. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { currencySymbol, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import {
  BOOKING_KINDS,
  type Booking,
  type BookingInput,
  type BookingKind,
  type BookingList,
} from '../../protocol/money/bookings.ts';
import type { Field, RowAct, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const LOOK = { waiting: 'open', booked: 'good', declined: '' } as const;
/** Of the others the whole is booked. */
const WITH_AMOUNT: ReadonlySet<string> = new Set<BookingKind>(['association_paid', 'vat_remitted', 'goodwill']);
const OF_PEOPLE: ReadonlySet<string> = new Set<BookingKind>([
  'earnings_written_off',
  'credit_transferred',
  'credit_written_off',
  'goodwill',
]);

export class DeskBookings extends DeskPart<BookingList> {
  protected override height = '16rem';
  /** The same form sent twice is one booking. */
  #key = crypto.randomUUID();
  #last: Booking | undefined;

  protected override read = async () => this.know(await call('GET /v1/desk/bookings'));

  protected override show(answer: BookingList): unknown {
    const texts = this.desk.bookings;
    const { bookings, currency, unconfirmedMinor } = answer;
    const money = (amountMinor: number) => this.money(amountMinor, currency);
    const list = this.list({
      items: bookings,
      testId: 'bookings',
      empty: texts.none,
      row: ({ id, kind, subject, amountMinor, status, reason, by, createdAt, aloneFrom, ...booking }) => ({
        title: texts.kinds[kind],
        state: { look: LOOK[status], text: texts.states[status] },
        lines: [
          kind === 'vat_remitted' ? false : this.person(subject),
          html`<bdi>${reason}</bdi>`,
          texts.by(this.nameOf(by), this.moment(createdAt)),
          booking.decidedBy &&
            texts.decided[status === 'booked' ? 'booked' : 'declined'](
              this.nameOf(booking.decidedBy),
              this.moment(booking.decidedAt ?? createdAt),
            ),
          aloneFrom !== null && !booking.isConfirmable && texts.aloneFrom(this.moment(aloneFrom)),
        ],
        amount: money(amountMinor),
        testId: `booking-${id}`,
      }),
      acts: this.#acts(money),
    });
    return [
      html`<p class="muted">${texts.text(money(unconfirmedMinor))}</p>`,
      this.section('bookings', { title: texts.list }, list),
      this.section('book', { title: texts.create }, this.#form(answer)),
    ];
  }

  #acts(money: (amountMinor: number) => string): RowAct<Booking>[] {
    const texts = this.desk.bookings;
    return [
      {
        label: texts.confirm,
        testId: ({ id }) => `confirm-${id}`,
        isFor: ({ isConfirmable }) => isConfirmable,
        question: ({ kind, amountMinor, reason }) => ({
          title: texts.confirmTitle(texts.kinds[kind], money(amountMinor)),
          text: reason,
          confirm: texts.confirm,
          cancel: texts.cancel,
          testId: 'confirm-booking',
        }),
        run: ({ id }) => call('POST /v1/desk/bookings/:booking/confirm', { booking: id }),
        done: () => texts.booked,
      },
      {
        label: texts.decline,
        testId: ({ id }) => `decline-${id}`,
        isFor: ({ status }) => status === 'waiting',
        question: () => ({
          title: texts.declineTitle,
          confirm: texts.decline,
          cancel: texts.cancel,
          testId: 'decline-booking',
          field: {
            label: texts.reason,
            hint: texts.reasonHint,
            maxChars: LIMITS.reasonChars,
            testId: 'decline-reason',
            missing: texts.reasonMissing,
          },
        }),
        run: ({ id }, reason) => call('POST /v1/desk/bookings/:booking/decline', { booking: id, reason }),
        done: () => texts.declined,
      },
    ];
  }

  #form({ currency, owed }: BookingList): unknown {
    const texts = this.desk.bookings;
    const money = (amountMinor: number) => this.money(amountMinor, currency);
    const is = (kind: BookingKind) => (values: Values) => values('kind') === kind;
    const isNot = (kind: BookingKind) => (values: Values) => values('kind') !== kind;
    const amountOf = (values: Values) => parseMoney(values('amount'), currency) ?? 0;
    const needsAmount = (values: Values) => WITH_AMOUNT.has(values('kind'));
    // One field each; which hint it has depends on the kind.
    const identity = {
      ...{ name: 'identity', label: texts.identity, testId: 'booking-identity' },
      ...{ maxChars: LIMITS.identityChars, isVerbatim: true },
    };
    const amount = {
      ...{ name: 'amount', label: `${texts.amount} (${currencySymbol(currency, this.language)})` },
      ...({ testId: 'booking-amount', inputMode: 'decimal' } as const),
    };
    const reason = { name: 'reason', label: texts.reason, testId: 'booking-reason', maxChars: LIMITS.reasonChars };
    const kind = {
      value: BOOKING_KINDS[0],
      options: BOOKING_KINDS.map((it) => ({ value: it, label: texts.kinds[it] })),
    };
    const associations = owed.associations.map(({ association, name, amountMinor }) => ({
      value: association,
      label: `${name}, ${money(amountMinor)}`,
    }));
    const refunds = owed.refunds.map(({ refund, identity, amountMinor }) => ({
      value: refund,
      label: `${this.nameOf(identity)}, ${money(amountMinor)}`,
    }));
    const fields: Field[] = [
      { name: 'kind', label: texts.kind, testId: 'booking-kind', kind: 'select', ...kind },
      {
        ...{ name: 'association', label: texts.association, testId: 'booking-association', kind: 'select' },
        ...{ options: [{ value: '', label: texts.choose }, ...associations], isFor: is('association_paid') },
      },
      {
        ...{ name: 'refund', label: texts.refund, hint: texts.refundHint, testId: 'booking-refund', kind: 'select' },
        ...{ options: [{ value: '', label: texts.choose }, ...refunds], isFor: is('refund_transferred') },
      },
      { ...identity, hint: texts.writeOffHint, isFor: is('earnings_written_off') },
      {
        ...{ ...identity, hint: texts.identityHint },
        isFor: (values) => OF_PEOPLE.has(values('kind')) && isNot('earnings_written_off')(values),
      },
      { ...amount, hint: texts.vatOwed(money(owed.vatMinor)), isFor: is('vat_remitted') },
      { ...amount, isFor: (values) => needsAmount(values) && isNot('vat_remitted')(values) },
      { ...reason, hint: texts.goodwillHint, isFor: is('goodwill') },
      { ...reason, hint: texts.reasonHint, isFor: isNot('goodwill') },
    ];
    const inputOf = (values: Values): BookingInput => {
      const said = { reason: values('reason'), idempotencyKey: this.#key };
      const amountMinor = amountOf(values);
      const chosen = values('kind') as BookingKind;
      const subject = values('identity');
      switch (chosen) {
        case 'association_paid':
          return { kind: chosen, subject: values('association'), amountMinor, ...said };
        case 'vat_remitted':
          return { kind: chosen, amountMinor, ...said };
        case 'refund_transferred':
          return { kind: chosen, subject: values('refund') as `refund_${string}`, ...said };
        case 'goodwill':
          return { kind: chosen, subject, amountMinor, ...said };
        default:
          return { kind: chosen, subject, ...said };
      }
    };
    return this.form({
      fields,
      submit: { label: texts.act, testId: 'booking-create' },
      faults: (values) => ({
        amount: needsAmount(values) && amountOf(values) < 1 && texts.amountMissing,
        association: is('association_paid')(values) && values('association') === '' && texts.chooseFirst,
        refund: is('refund_transferred')(values) && values('refund') === '' && texts.chooseFirst,
        identity: OF_PEOPLE.has(values('kind')) && values('identity') === '' && texts.identityMissing,
        reason: values('reason') === '' && texts.reasonMissing,
      }),
      question: (values) => ({
        title: texts.askTitle(texts.kinds[values('kind') as BookingKind]),
        text: needsAmount(values) ? texts.askAmount(money(amountOf(values))) : texts.askWhole,
        confirm: texts.act,
        cancel: texts.cancel,
        testId: 'booking-sure',
      }),
      send: async (values) => {
        this.#last = await call('POST /v1/desk/bookings', inputOf(values));
        this.#key = crypto.randomUUID();
        await this.reload();
      },
      done: () => (this.#last?.status === 'waiting' ? texts.waits : texts.booked),
      isCleared: true,
    });
  }
}

defineElement('desk-bookings', DeskBookings);
