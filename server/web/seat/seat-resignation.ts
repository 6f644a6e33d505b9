/** `<seat-resignation>`: leaving one's seat, with a public reason or without one. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { leaveFor } from '../site/leave-page.ts';
import { publicTextFaults, publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { SeatPart } from './seat-part.ts';

export class SeatResignation extends SeatPart {
  protected override show(): unknown {
    const texts = this.seat.resignation;
    const form = this.form({
      fields: publicTextFields(this.language, {
        ...{ name: 'reason', label: texts.label, hint: texts.hint },
        ...{ kind: 'area', rows: 3, maxChars: LIMITS.committeeTextChars },
      }),
      submit: { label: texts.act, testId: 'resign', look: 'danger' },
      faults: (values) => publicTextFaults(values, 'reason', this.seat.bothNeeded),
      question: (values) => ({
        ...{ title: texts.askTitle, text: `${texts.askText}${values('reason-en') && ` ${texts.askReason}`}` },
        ...{ confirm: texts.act, cancel: texts.keep, testId: 'confirm-resignation' },
      }),
      send: async (values) => {
        await call(
          'POST /v1/me/seat/resignation',
          values('reason-en') ? { reason: publicTextOf(values, 'reason') } : {},
        );
        await leaveFor('/committee');
      },
    });
    return this.section('resignation', texts, form);
  }
}

defineElement('seat-resignation', SeatResignation);
