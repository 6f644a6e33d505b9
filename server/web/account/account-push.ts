/** `<account-push>`: which of one's browsers get messages about lives. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PushState } from '../../protocol/accounts/push.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';
import { pushSupport, subscribeHere, unsubscribeHere } from './push-here.ts';

type Device = PushState['devices'][number];

export class AccountPush extends AccountPart<PushState> {
  protected override read = () => call('GET /v1/me/push');

  protected override show({ devices, publicKey }: PushState): unknown {
    const texts = this.accountTexts;
    const support = pushSupport();
    const nameOf = ({ device }: Device) => device || texts.unknownDevice;
    const list = this.list({
      items: devices,
      testId: 'push-devices',
      row: (device) => ({
        title: nameOf(device),
        state: device.isCurrent ? { look: 'good', text: texts.thisDevice } : undefined,
        lines: [texts.since(this.moment(device.createdAt))],
      }),
      acts: [
        {
          label: texts.pushOff,
          name: (device) => texts.pushOffOf(nameOf(device)),
          testId: ({ id }) => `push-off-${id}`,
          run: async ({ id, isCurrent }) => {
            await call('DELETE /v1/me/push/:device', { device: id });
            if (isCurrent) await unsubscribeHere();
          },
        },
      ],
    });
    const here = this.acts(undefined, [
      {
        label: texts.pushHere,
        testId: () => 'push-here',
        run: () => subscribeHere(publicKey),
        done: () => (Notification.permission === 'granted' ? texts.pushOn : ''),
      },
    ]);
    const add = support === 'ready' ? here : html`<p data-testid="push-${support}">${texts.pushSupport[support]}</p>`;
    const isOn = devices.some(({ isCurrent }) => isCurrent);
    return this.section('push', { title: texts.push, text: texts.pushText }, [list, isOn ? nothing : add]);
  }
}

defineElement('account-push', AccountPush);
