/** `<desk-holds>`: freezes and resumes payouts to a creator, with a reason that the creator can read. */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CreatorFreeze } from '../../protocol/money/desk.ts';

import { formatMoment } from '../site/dates.ts';
import { DeskPart } from './desk-part.ts';

export class DeskHolds extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    frozen: { state: true },
    creator: { state: true },
    reason: { state: true },
    lifting: { state: true },
    liftReason: { state: true },
  };
  declare frozen: CreatorFreeze[] | undefined;
  /** The freeze being prepared: creator and reason. */
  declare creator: string;
  declare reason: string;
  /** The freeze being lifted, and the reason. */
  declare lifting: CreatorFreeze | undefined;
  declare liftReason: string;

  static override styles = [
    ...DeskPart.styles,
    css`
      .rows > li {
        align-items: center;
      }
    `,
  ];

  constructor() {
    super();
    this.creator = '';
    this.reason = '';
    this.liftReason = '';
  }

  protected override async load(): Promise<void> {
    this.frozen = (await call('GET /v1/payouts')).frozen;
  }

  override render(): TemplateResult {
    const texts = this.desk.holds;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.lifting ? nothing : this.messages()}
      <section aria-labelledby="current">
        <h2 id="current" class="display">${texts.current}</h2>
        ${this.whenRead(this.frozen, '6rem', (frozen) =>
          frozen.length === 0
            ? html`<p class="muted">${texts.none}</p>`
            : html`<ul class="rows" data-testid="holds">${frozen.map((freeze) => this.#freeze(freeze))}</ul>`,
        )}
      </section>
      <section aria-labelledby="create">
        <h2 id="create" class="display">${texts.create}</h2>
        <div class="form">
          ${this.field('creator', { id: 'hold-creator', label: texts.creator, hint: texts.creatorHint, maxChars: LIMITS.identityChars })}
          ${this.field('reason', { ...this.#reason, id: 'hold-reason' })}
          <wa-button variant="danger" appearance="outlined" data-testid="hold-create" ?loading=${this.busy === 'hold'} @click=${this.#hold}>${texts.freeze}</wa-button>
        </div>
      </section>
      ${this.#liftDialog()}
      <loge-confirm></loge-confirm>
    `;
  }

  get #reason() {
    const { reason: label, reasonHint: hint } = this.desk.holds;
    return { label, hint, maxChars: LIMITS.reasonChars };
  }

  #freeze(freeze: CreatorFreeze): TemplateResult {
    const texts = this.desk.holds;
    return html`<li data-testid="hold-${freeze.creator}">
      <div class="what">
        <p><b><bdi>${freeze.creator}</bdi></b></p>
        <p class="small"><bdi>${freeze.reason}</bdi></p>
        <p class="small muted">${texts.by(freeze.by, formatMoment(freeze.frozenAt, this.language))}</p>
      </div>
      <wa-button size="s" appearance="outlined" data-testid="lift-${freeze.creator}" @click=${() => {
        this.lifting = freeze;
        this.liftReason = '';
        this.problem = '';
        this.note = '';
      }}>${texts.unfreeze}</wa-button>
    </li>`;
  }

  #liftDialog(): TemplateResult {
    const texts = this.desk.holds;
    const { lifting } = this;
    return html`<wa-dialog
      lang=${this.language}
      label=${lifting ? texts.unfreezeTitle(lifting.creator) : ''}
      light-dismiss
      .open=${lifting !== undefined}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.lifting = undefined;
      }}
    >
      ${this.field('liftReason', { ...this.#reason, id: 'lift-reason' })}
      ${lifting ? this.messages() : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${() => {
        this.lifting = undefined;
      }}>${texts.cancel}</wa-button>
      <wa-button slot="footer" variant="brand" data-testid="confirm-lift" ?loading=${this.busy === 'lift'} @click=${this.#lift}>${texts.unfreeze}</wa-button>
    </wa-dialog>`;
  }

  #hold = async (): Promise<void> => {
    const texts = this.desk.holds;
    const creator = this.creator.trim();
    const reason = this.reason.trim();
    this.note = '';
    this.problem = creator === '' ? texts.creatorMissing : reason === '' ? texts.reasonMissing : '';
    if (this.problem) return;
    const isSure = await this.isSure({
      title: texts.freezeTitle(creator),
      text: texts.freezeText,
      confirm: texts.freeze,
      cancel: texts.cancel,
      testId: 'confirm-hold',
    });
    if (!isSure || !(await this.#set('hold', creator, { frozen: true, reason }))) return;
    this.creator = '';
    this.reason = '';
    this.note = texts.frozenNow(creator);
  };

  #lift = async (): Promise<void> => {
    const texts = this.desk.holds;
    const { lifting } = this;
    const reason = this.liftReason.trim();
    if (!lifting) return;
    this.problem = reason === '' ? texts.reasonMissing : '';
    if (this.problem || !(await this.#set('lift', lifting.creator, { frozen: false, reason }))) return;
    this.lifting = undefined;
    this.note = texts.freeNow(lifting.creator);
  };

  #set(name: string, creator: string, input: { frozen: boolean; reason: string }): Promise<boolean> {
    return this.act(name, async () => {
      await call('POST /v1/creators/:creator/payout-freeze', { creator, ...input });
      await this.reload();
    });
  }
}

defineElement('desk-holds', DeskHolds);
