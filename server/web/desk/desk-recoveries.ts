/** `<desk-recoveries>`: accounts of people who have lost mailbox and passkeys, on their way to another address. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Recovery } from '../../protocol/accounts/addresses.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart, textOf } from './desk-part.ts';

const FIELDS = ['account', 'address', 'reason'] as const;
type Field = (typeof FIELDS)[number];
type State = 'unconfirmed' | 'waiting' | 'done' | 'ended';
const LOOKS = { unconfirmed: 'open', waiting: 'open', done: 'good', ended: '' } as const satisfies Record<
  State,
  string
>;

export class DeskRecoveries extends DeskPart {
  static override properties = { ...DeskPart.properties, recoveries: { state: true }, given: { state: true } };
  /** Newest first. */
  declare recoveries: Recovery[] | undefined;
  declare given: Record<Field, string>;

  constructor() {
    super();
    this.given = { account: '', address: '', reason: '' };
  }

  protected override async load(): Promise<void> {
    this.recoveries = (await call('GET /v1/desk/recoveries')).recoveries;
  }

  override render(): TemplateResult {
    const texts = this.desk.recoveries;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.messages()}
      ${this.whenRead(this.recoveries, '6rem', (recoveries) =>
        recoveries.length === 0
          ? html`<p class="muted">${texts.none}</p>`
          : html`<ul class="rows" data-testid="recoveries">${recoveries.map((recovery) => this.#recovery(recovery))}</ul>`,
      )}
      <section aria-labelledby="begin">
        <h2 id="begin" class="display">${texts.begin}</h2>
        <p class="muted">${texts.beginText(LIMITS.recoveryDays)}</p>
        <div class="form">
          ${FIELDS.map((field) => this.#input(field))}
          <wa-button variant="danger" data-testid="recovery-begin" ?loading=${this.busy === 'begin'} @click=${this.#begin}>
            ${texts.act}
          </wa-button>
        </div>
      </section>
    `;
  }

  #input(field: Field): TemplateResult {
    return html`<wa-input
      label=${this.desk.recoveries.fields[field]}
      autocomplete="off"
      maxlength=${field === 'reason' ? LIMITS.reasonChars : 254}
      data-testid="recovery-${field}"
      .value=${this.given[field]}
      @input=${(event: Event) => {
        this.given = { ...this.given, [field]: textOf(event) };
      }}
    ></wa-input>`;
  }

  #recovery(recovery: Recovery): TemplateResult {
    const texts = this.desk.recoveries;
    const { person, newAddress, reason, dueAt, createdAt } = recovery;
    const state = stateOf(recovery);
    const isOpen = state === 'unconfirmed' || state === 'waiting';
    return html`<li>
      <div class="what">
        <p class="line"><span class="state ${LOOKS[state]}">${texts.states[state]}</span> <b><bdi>${newAddress}</bdi></b> <code>${person}</code></p>
        <p class="small">${reason}</p>
        <p class="small muted">${formatMoment(createdAt, this.language)} · ${texts.due(formatMoment(dueAt, this.language))}</p>
      </div>
      ${
        isOpen
          ? html`<button class="link" type="button" data-testid="recovery-withdraw" @click=${() => this.#withdraw(person)}>${texts.withdraw}</button>`
          : nothing
      }
    </li>`;
  }

  #begin = async (): Promise<void> => {
    const texts = this.desk.recoveries;
    const { account, address, reason } = this.given;
    if (!account.trim() || !address.trim() || !reason.trim()) {
      this.problem = texts.incomplete;
      return;
    }
    const question = { title: texts.askTitle, text: texts.askText(account, address), confirm: texts.act };
    if (!(await this.isSure({ ...question, cancel: texts.keep, testId: 'confirm-recovery' }))) return;
    const isDone = await this.act('begin', async () => {
      await call('POST /v1/desk/recoveries', {
        account: account.trim(),
        address: address.trim(),
        reason: reason.trim(),
      });
      await this.reload();
    });
    if (!isDone) return;
    this.given = { account: '', address: '', reason: '' };
    this.note = texts.begun;
  };

  #withdraw(person: string): void {
    void this.act('withdraw', async () => {
      await call('DELETE /v1/desk/recoveries/:person', { person });
      await this.reload();
    });
  }
}

function stateOf({ endedAt, doneAt, confirmedAt }: Recovery): State {
  if (endedAt !== null) return 'ended';
  if (doneAt !== null) return 'done';
  return confirmedAt === null ? 'unconfirmed' : 'waiting';
}

defineElement('desk-recoveries', DeskRecoveries);
