/** `<seat-biography>`: what a member says of themselves, in both languages. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CommitteeMember } from '../../protocol/trust/committee.ts';
import { publicTextFaults, publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { SeatPart } from './seat-part.ts';

export class SeatBiography extends SeatPart {
  protected override show({ biography }: CommitteeMember): unknown {
    const texts = this.seat.biography;
    const form = this.form({
      fields: publicTextFields(this.language, {
        ...{ name: 'biography', label: texts.label, value: biography },
        ...{ kind: 'area', rows: 6, maxChars: LIMITS.committeeTextChars },
      }),
      submit: { label: texts.save, testId: 'biography-save', look: 'outlined' },
      faults: (values) => publicTextFaults(values, 'biography', this.seat.bothNeeded),
      send: async (values) => {
        const biography = publicTextOf(values, 'biography');
        this.announce(await call('PUT /v1/me/seat/biography', { biography }));
      },
      done: (values) => (values('biography-en') ? texts.saved : texts.removed),
    });
    return this.section('biography', texts, form);
  }
}

defineElement('seat-biography', SeatBiography);
