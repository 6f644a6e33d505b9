/** `<seat-record>`: the record as it is, for a member to sign with their passkey. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CheckpointToSign } from '../../protocol/trust/record.ts';
import { hasPasskeys, signWithPasskey } from '../passkeys/passkey-ceremonies.ts';
import { call } from '../site/site-call.ts';
import { SeatPart } from './seat-part.ts';

export class SeatRecord extends SeatPart<CheckpointToSign> {
  protected override read = () => call('GET /v1/me/seat/checkpoint');

  protected override show(checkpoint: CheckpointToSign): unknown {
    const texts = this.seat.record;
    const { size, at, signedSize, options } = checkpoint;
    const facts = this.facts([
      [texts.entries, at === null ? texts.notBegun : texts.sizeAt(size, this.day(at))],
      [texts.signed, signedSize === null ? texts.never : texts.size(signedSize)],
    ]);
    const mayNot = options === null ? texts.noKey : hasPasskeys() ? undefined : texts.unsupported;
    return this.section('record', texts, [
      html`<p class="muted"><a href="/transparency#record">${texts.page}</a></p>
        <div data-testid="record-to-sign">${facts}</div>`,
      mayNot ? html`<p class="muted">${mayNot}</p>` : nothing,
      this.acts(checkpoint, [
        {
          label: texts.act,
          testId: () => 'sign-record',
          isFor: () => mayNot === undefined && signedSize !== size,
          run: async () => {
            if (options)
              this.data = await call('POST /v1/me/seat/signatures', { size, ...(await signWithPasskey(options)) });
          },
          done: () => texts.done,
        },
      ]),
    ]);
  }
}

defineElement('seat-record', SeatRecord);
