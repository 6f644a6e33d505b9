/** `<review-order>`: files the order of an authority with its legal ground; it becomes a case of its own. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OrderInput } from '../../protocol/trust/decisions.ts';
import { DeskPart } from '../desk/desk-part.ts';
import { leaveFor } from '../site/leave-page.ts';
import type { Field, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { optionsOf } from './review-words.ts';

const NAME_CHARS = 200;

export class ReviewOrder extends DeskPart {
  protected override show(): unknown {
    const texts = this.words.review;
    const field = (name: string, label: string, more: Partial<Field> = {}): Field => ({
      ...{ name, label, testId: `order-${name}`, maxChars: NAME_CHARS },
      ...more,
    });
    const needed = { isRequired: true };
    const form = this.form({
      fields: [
        field('authority', texts.authority, { ...needed, hint: texts.authorityHint }),
        field('legalGround', texts.legalGround, { ...needed, maxChars: LIMITS.reasonChars }),
        field('reference', texts.reference, { hint: texts.optional }),
        field('room', texts.orderRoom, { ...needed, hint: texts.orderRoomHint }),
        field('subject', texts.orderSubject, {
          kind: 'select',
          value: 'live',
          options: optionsOf(texts.orderSubjects),
        }),
        ...(['message', 'person'] as const).map((kind) =>
          field('id', texts.orderId[kind], { ...needed, isFor: (values) => values('subject') === kind }),
        ),
        field('category', texts.category, { kind: 'select', value: 'illegal', options: optionsOf(texts.categories) }),
        field('note', texts.orderNote, { kind: 'area', rows: 4, maxChars: LIMITS.reportNoteChars }),
      ],
      submit: { label: texts.fileOrder, testId: 'order-file' },
      send: async (values) => {
        const { id } = await call('POST /v1/review/orders', orderOf(values));
        await leaveFor(`/review/${id}`);
      },
    });
    return this.section('order', { title: texts.titles.orders, text: texts.orderText }, form);
  }
}

function orderOf(values: Values): OrderInput {
  const kind = values('subject');
  return {
    ...{ authority: values('authority'), legalGround: values('legalGround'), category: values('category') },
    room: roomIn(values('room')),
    subject: kind === 'live' ? { kind } : { kind, id: values('id') },
    ...(values('reference') && { reference: values('reference') }),
    ...(values('note') && { note: values('note') }),
  } as OrderInput;
}

/** The id in the address of a room, or what was given. */
function roomIn(given: string): string {
  return /room_\w+/.exec(given)?.[0] ?? given;
}

defineElement('review-order', ReviewOrder);
