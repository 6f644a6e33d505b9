/** `<desk-holds>`: freezes payouts, holds reserves back, and lets a fan pay by card again, each with a reason. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CardHold, CreatorReserve, DeskPayouts } from '../../protocol/money/desk.ts';
import { parsePercent } from '../site/percent.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

interface Shown extends Pick<DeskPayouts, 'frozen' | 'reserves'> {
  cards: CardHold[];
}

export class DeskHolds extends DeskPart<Shown> {
  protected override read = async () => {
    const [{ frozen, reserves }, { holds: cards }] = await Promise.all([
      call('GET /v1/payouts').then((answer) => this.know(answer)),
      call('GET /v1/card-holds').then((answer) => this.know(answer)),
    ]);
    return { frozen, reserves, cards };
  };

  protected override show({ frozen, reserves, cards }: Shown): unknown {
    const texts = this.desk.holds;
    const list = this.list({
      items: frozen,
      testId: 'holds',
      empty: texts.none,
      row: ({ creator, reason, by, frozenAt }) => ({
        title: this.person(creator),
        lines: [html`<bdi>${reason}</bdi>`, texts.by(this.nameOf(by), this.moment(frozenAt))],
        testId: `hold-${creator}`,
      }),
      acts: [
        {
          label: texts.unfreeze,
          testId: ({ creator }) => `lift-${creator}`,
          question: ({ creator }) => ({
            title: texts.unfreezeTitle(this.nameOf(creator)),
            confirm: texts.unfreeze,
            cancel: texts.cancel,
            testId: 'confirm-lift',
            field: {
              label: texts.reason,
              hint: texts.reasonHint,
              maxChars: LIMITS.reasonChars,
              testId: 'lift-reason',
              missing: texts.reasonMissing,
            },
          }),
          run: ({ creator }, reason) => this.#set(creator, { frozen: false, reason }),
          done: ({ creator }) => texts.freeNow(this.nameOf(creator)),
        },
      ],
    });
    return [
      html`<p class="muted">${texts.text}</p>`,
      this.section('current', { title: texts.current }, list),
      this.section('create', { title: texts.create }, this.#form()),
      this.section('reserves', { title: texts.reserves, text: texts.reservesText }, this.#reserves(reserves)),
      this.section('cards', { title: texts.cards, text: texts.cardsText }, this.#cards(cards)),
    ];
  }

  /** One act lets them pay by card again. */
  #cards(items: CardHold[]): unknown {
    const texts = this.desk.holds;
    const houseReasons: Record<string, string> = {
      dispute_lost: texts.cardsLost,
      fraud_warning: texts.cardsFraud,
      topups_withdrawn: texts.cardsTopups,
    };
    return this.list({
      items,
      testId: 'card-holds',
      empty: texts.cardsNone,
      row: ({ identity, reason, by, heldAt }) => ({
        title: this.person(identity),
        lines: [
          houseReasons[reason] ?? html`<bdi>${reason}</bdi>`,
          by === '#house' ? this.moment(heldAt) : texts.by(this.nameOf(by), this.moment(heldAt)),
        ],
        testId: `card-hold-${identity}`,
      }),
      acts: [
        {
          label: texts.cardsLift,
          testId: ({ identity }) => `card-lift-${identity}`,
          question: ({ identity }) => ({
            title: texts.cardsLiftTitle(this.nameOf(identity)),
            confirm: texts.cardsLift,
            cancel: texts.cancel,
            testId: 'confirm-card-lift',
            field: {
              label: texts.reason,
              hint: texts.cardsReasonHint,
              maxChars: LIMITS.reasonChars,
              testId: 'card-lift-reason',
              missing: texts.reasonMissing,
            },
          }),
          run: ({ identity }, reason) => call('POST /v1/buyers/:identity/card-hold', { identity, held: false, reason }),
          done: ({ identity }) => texts.cardsFree(this.nameOf(identity)),
        },
      ],
    });
  }

  #reserves(items: readonly CreatorReserve[]): unknown {
    const texts = this.desk.holds;
    const percent = new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 });
    const list = this.list({
      items,
      testId: 'reserves',
      row: ({ creator, shareBps, days, reason, by, setAt }) => ({
        title: this.person(creator),
        lines: [html`<bdi>${reason}</bdi>`, texts.by(this.nameOf(by), this.moment(setAt))],
        amount: texts.reserveOf(percent.format(shareBps / 10_000), days),
        testId: `reserve-${creator}`,
      }),
      acts: [
        {
          label: texts.reserveEnd,
          testId: ({ creator }) => `reserve-end-${creator}`,
          question: () => ({
            title: texts.reserveEndTitle,
            confirm: texts.reserveEnd,
            cancel: texts.cancel,
            testId: 'confirm-reserve-end',
            field: {
              label: texts.reason,
              hint: texts.reasonHint,
              maxChars: LIMITS.reasonChars,
              testId: 'reserve-end-reason',
              missing: texts.reasonMissing,
            },
          }),
          run: ({ creator }, reason) => call('PUT /v1/creators/:creator/reserve', { creator, reserve: null, reason }),
          done: () => texts.reserveDone,
        },
      ],
    });
    const daysOf = (text: string) => (/^\d{1,3}$/.test(text) ? Number(text) : 0);
    const form = this.form({
      fields: [
        {
          ...{ name: 'creator', label: texts.creator, hint: texts.creatorHint, testId: 'reserve-creator' },
          ...{ maxChars: LIMITS.identityChars, isVerbatim: true },
        },
        { name: 'percent', label: texts.percent, testId: 'reserve-percent', inputMode: 'decimal' },
        {
          name: 'days',
          label: texts.days,
          hint: texts.daysHint,
          testId: 'reserve-days',
          inputMode: 'numeric',
          value: '90',
        },
        {
          ...{ name: 'reason', label: texts.reason, hint: texts.reasonHint, testId: 'reserve-reason' },
          maxChars: LIMITS.reasonChars,
        },
      ],
      submit: { label: texts.reserveSet, testId: 'reserve-set', look: 'outlined' },
      faults: (values) => ({
        creator: values('creator') === '' && texts.creatorMissing,
        percent: parsePercent(values('percent')) === undefined && texts.percentInvalid,
        days: (daysOf(values('days')) < 1 || daysOf(values('days')) > 365) && texts.daysInvalid,
        reason: values('reason') === '' && texts.reasonMissing,
      }),
      send: async (values) => {
        const reserve = { shareBps: parsePercent(values('percent')) ?? 0, days: daysOf(values('days')) };
        const asked = { creator: values('creator'), reserve, reason: values('reason') };
        await call('PUT /v1/creators/:creator/reserve', asked);
        await this.reload();
      },
      done: () => texts.reserveDone,
      isCleared: true,
    });
    return [list, form];
  }

  #form(): unknown {
    const texts = this.desk.holds;
    return this.form({
      fields: [
        {
          name: 'creator',
          label: texts.creator,
          hint: texts.creatorHint,
          testId: 'hold-creator',
          maxChars: LIMITS.identityChars,
          isVerbatim: true,
        },
        {
          name: 'reason',
          label: texts.reason,
          hint: texts.reasonHint,
          testId: 'hold-reason',
          maxChars: LIMITS.reasonChars,
        },
      ],
      submit: { label: texts.freeze, testId: 'hold-create', look: 'danger' },
      faults: (values) => ({
        creator: values('creator') === '' && texts.creatorMissing,
        reason: values('reason') === '' && texts.reasonMissing,
      }),
      question: (values) => ({
        title: texts.freezeTitle(values('creator')),
        text: texts.freezeText,
        confirm: texts.freeze,
        cancel: texts.cancel,
        testId: 'confirm-hold',
      }),
      send: (values) => this.#set(values('creator'), { frozen: true, reason: values('reason') }),
      done: (values) => texts.frozenNow(values('creator')),
      isCleared: true,
    });
  }

  #set(creator: string, input: { frozen: boolean; reason: string }): Promise<unknown> {
    return call('POST /v1/creators/:creator/payout-freeze', { creator, ...input });
  }
}

defineElement('desk-holds', DeskHolds);
