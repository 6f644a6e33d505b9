/** `<desk-holds>`: freezes and resumes payouts to a creator, and lets a fan pay by card again, with a reason. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CardHold, CreatorFreeze } from '../../protocol/money/desk.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

interface Shown {
  frozen: CreatorFreeze[];
  cards: CardHold[];
}

export class DeskHolds extends DeskPart<Shown> {
  protected override read = async () => {
    const [{ frozen }, { holds: cards }] = await Promise.all([
      call('GET /v1/payouts').then((answer) => this.know(answer)),
      call('GET /v1/card-holds').then((answer) => this.know(answer)),
    ]);
    return { frozen, cards };
  };

  protected override show({ frozen, cards }: Shown): unknown {
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
      this.section('cards', { title: texts.cards, text: texts.cardsText }, this.#cards(cards)),
    ];
  }

  /** Fans whose dispute the house has lost: one act lets them pay by card again. */
  #cards(items: CardHold[]): unknown {
    const texts = this.desk.holds;
    return this.list({
      items,
      testId: 'card-holds',
      empty: texts.cardsNone,
      row: ({ identity, reason, by, heldAt }) => ({
        title: this.person(identity),
        lines: [
          reason === 'dispute_lost' ? texts.cardsLost : html`<bdi>${reason}</bdi>`,
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
