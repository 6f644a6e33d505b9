/** `<desk-holds>`: payouts to a creator are stopped or go on, by somebody of the house, with a reason that the creator reads. */
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room-part.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { formatMoment } from '../dates.ts';
import type { HeldCreator } from '../desk-api.ts';
import { deskApi } from '../desk-api.ts';
import { DeskPart } from './desk-part.ts';

export class DeskHolds extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    currency: { state: true },
    creators: { state: true },
    changing: { state: true },
    reason: { state: true },
  };
  declare currency: string;
  declare creators: HeldCreator[] | undefined;
  /** Whose hold is about to be set or lifted. */
  declare changing: HeldCreator | undefined;
  declare reason: string;

  static override styles = [
    ...DeskPart.styles,
    css`
      .rows {
        margin-top: 1rem;
      }

      .rows > li {
        align-items: center;
      }
    `,
  ];

  constructor() {
    super();
    this.reason = '';
  }

  protected override async load(): Promise<void> {
    const { currency, creators } = await deskApi.holds();
    this.currency = currency;
    this.creators = creators;
  }

  override render(): TemplateResult {
    const texts = this.desk.holds;
    const { creators } = this;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.changing ? nothing : this.messages()}
      ${
        creators
          ? creators.length === 0
            ? html`<p class="muted">${texts.none}</p>`
            : html`<ul class="rows" data-testid="holds">${creators.map((creator) => this.#creator(creator))}</ul>`
          : this.isLost
            ? nothing
            : html`<div class="waiting" style="height: 14rem"></div>`
      }
      ${this.#dialog()}
    `;
  }

  #creator(creator: HeldCreator): TemplateResult {
    const texts = this.desk.holds;
    const money = (amountMinor: number) => this.money(amountMinor, this.currency);
    return html`<li data-testid="hold-${creator.creator}">
      <div class="what">
        <p class="line"><b><bdi>${creator.name}</bdi></b> <span class="state ${creator.frozen ? 'bad' : 'good'}">${creator.frozen ? texts.frozen : texts.free}</span></p>
        <p class="small muted">${texts.pending(money(creator.pendingMinor))} · ${texts.available(money(creator.availableMinor))}</p>
        ${
          creator.frozen && creator.reason
            ? html`<p class="small"><bdi>${creator.reason}</bdi> <span class="muted">${creator.by && creator.at ? texts.by(creator.by, formatMoment(creator.at, this.language)) : nothing}</span></p>`
            : nothing
        }
      </div>
      <wa-button
        size="s"
        appearance="outlined"
        variant=${creator.frozen ? 'brand' : 'danger'}
        data-testid="change-hold-${creator.creator}"
        @click=${() => {
          this.changing = creator;
          this.reason = '';
          this.problem = '';
          this.note = '';
        }}
        >${creator.frozen ? texts.unfreeze : texts.freeze}</wa-button
      >
    </li>`;
  }

  #dialog(): TemplateResult {
    const texts = this.desk.holds;
    const { changing } = this;
    const title = changing ? (changing.frozen ? texts.unfreezeTitle : texts.freezeTitle)(changing.name) : '';
    return html`<wa-dialog
      lang=${this.language}
      label=${title}
      light-dismiss
      .open=${changing !== undefined}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.changing = undefined;
      }}
    >
      <wa-input
        label=${texts.reason}
        hint=${texts.reasonHint}
        maxlength=${LIMITS.reasonChars}
        autocomplete="off"
        data-testid="hold-reason"
        .value=${this.reason}
        @input=${(event: Event) => {
          this.reason = (event.target as HTMLInputElement).value ?? '';
        }}
      ></wa-input>
      ${changing ? this.messages() : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${() => {
        this.changing = undefined;
      }}>${texts.cancel}</wa-button>
      <wa-button slot="footer" variant=${changing?.frozen ? 'brand' : 'danger'} data-testid="confirm-hold" ?loading=${this.busy === 'hold'} @click=${this.#confirm}>
        ${changing?.frozen ? texts.unfreeze : texts.freeze}
      </wa-button>
    </wa-dialog>`;
  }

  #confirm = async (): Promise<void> => {
    const texts = this.desk.holds;
    const { changing } = this;
    const reason = this.reason.trim();
    if (!changing) return;
    if (reason === '') {
      this.problem = texts.reasonMissing;
      return;
    }
    const isDone = await this.act('hold', async () => {
      await deskApi.setHold(changing.creator, { frozen: !changing.frozen, reason });
      await this.load();
    });
    if (!isDone) return;
    this.changing = undefined;
    this.note = (changing.frozen ? texts.freeNow : texts.frozenNow)(changing.name);
  };
}

defineElement('desk-holds', DeskHolds);
