/** `<desk-recoveries>`: accounts of people who have lost mailbox and passkeys, on their way to another address. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Recovery } from '../../protocol/accounts/addresses.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const FIELDS = ['account', 'address', 'reason'] as const;
type State = 'unconfirmed' | 'waiting' | 'done' | 'ended';

function stateOf({ endedAt, doneAt, confirmedAt }: Recovery): State {
  if (endedAt !== null) return 'ended';
  if (doneAt !== null) return 'done';
  return confirmedAt === null ? 'unconfirmed' : 'waiting';
}

export class DeskRecoveries extends DeskPart<Recovery[]> {
  protected override height = '6rem';

  /** Newest first. */
  protected override read = async () => this.know(await call('GET /v1/desk/recoveries')).recoveries;

  protected override show(items: Recovery[]): unknown {
    const texts = this.desk.recoveries;
    const list = this.list({
      items,
      testId: 'recoveries',
      empty: texts.none,
      row: (recovery) => {
        const state = stateOf(recovery);
        const { person, newAddress, reason, by, createdAt, dueAt } = recovery;
        return {
          title: this.person(person),
          state: { look: state === 'done' ? 'good' : 'open', text: texts.states[state] },
          lines: [
            html`<bdi>${newAddress}</bdi>`,
            html`<bdi>${reason}</bdi>`,
            `${this.nameOf(by)}, ${this.moment(createdAt)} · ${texts.due(this.moment(dueAt))}`,
          ],
        };
      },
      acts: [
        {
          label: texts.withdraw,
          testId: () => 'recovery-withdraw',
          isFor: (recovery) => ['unconfirmed', 'waiting'].includes(stateOf(recovery)),
          run: ({ person }) => call('DELETE /v1/desk/recoveries/:person', { person }),
        },
      ],
    });
    return [
      html`<p class="muted">${texts.text}</p>`,
      list,
      this.section('begin', { title: texts.begin, text: texts.beginText(LIMITS.recoveryDays) }, this.#form()),
    ];
  }

  #form(): unknown {
    const texts = this.desk.recoveries;
    return this.form({
      fields: FIELDS.map((name) => ({
        name,
        label: texts.fields[name],
        testId: `recovery-${name}`,
        maxChars: name === 'reason' ? LIMITS.reasonChars : 254,
        isRequired: true,
      })),
      submit: { label: texts.act, testId: 'recovery-begin', look: 'danger' },
      question: (values) => ({
        title: texts.askTitle,
        text: texts.askText(values('account'), values('address')),
        confirm: texts.act,
        cancel: texts.keep,
        testId: 'confirm-recovery',
      }),
      send: (values) =>
        call('POST /v1/desk/recoveries', {
          account: values('account'),
          address: values('address'),
          reason: values('reason'),
        }),
      done: () => texts.begun,
      isCleared: true,
    });
  }
}

defineElement('desk-recoveries', DeskRecoveries);
