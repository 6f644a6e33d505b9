/** `<desk-payouts>`: due payouts, a batch that pays them after confirmation, and earlier payouts. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPayouts as Listed } from '../../protocol/money/desk.ts';
import type { Payout, PayoutBatch } from '../../protocol/money/payouts.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const LOOK = { pending: 'open', paid: 'good', failed: 'bad' } as const;

export class DeskPayouts extends DeskPart {
  static override properties = { ...DeskPart.properties, currency: {}, listed: { state: true } };
  /** The house's currency. */
  declare currency: string;
  declare listed: Listed | undefined;

  protected override async load(): Promise<void> {
    this.listed = await call('GET /v1/payouts');
  }

  override render(): TemplateResult {
    const { listed } = this;
    if (!listed)
      return html`${this.messages()}${this.isLost ? nothing : html`<div class="waiting" style="height: 16rem"></div>`}`;
    const texts = this.desk.payouts;
    const { due, payouts } = listed;
    const totalMinor = due.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    return html`
      <section aria-labelledby="due">
        <h2 id="due" class="display">${texts.due}</h2>
        ${
          due.length === 0
            ? html`<p class="muted">${texts.dueNone}</p>`
            : html`<ul class="rows" data-testid="due">
                  ${due.map(
                    ({ creator, amountMinor }) => html`<li data-testid="due-${creator}">
                      <p class="what"><bdi>${creator}</bdi></p>
                      <span class="amount">${this.money(amountMinor, this.currency)}</span>
                    </li>`,
                  )}
                </ul>
                <p class="buttons">
                  <wa-button variant="neutral" data-testid="run-payouts" ?loading=${this.busy === 'run'} @click=${() => this.#run(totalMinor, due.length)}>${texts.run(this.money(totalMinor, this.currency))}</wa-button>
                </p>`
        }
        ${this.messages()}
      </section>
      <section aria-labelledby="payouts">
        <h2 id="payouts" class="display">${texts.all}</h2>
        ${
          payouts.length === 0
            ? html`<p class="muted">${texts.allNone}</p>`
            : html`<ul class="rows" data-testid="payouts">${payouts.map((payout) => this.#payout(payout))}</ul>`
        }
      </section>
    `;
  }

  #payout(payout: Payout): TemplateResult {
    const texts = this.desk.payouts;
    return html`<li data-testid="payout-${payout.id}">
      <div class="what">
        <p class="line"><bdi>${payout.creator}</bdi> <span class="state ${LOOK[payout.status]}">${texts.states[payout.status]}</span></p>
        <p class="small muted">${formatMoment(payout.settledAt ?? payout.createdAt, this.language)}</p>
        <p class="small muted"><code>${payout.batch}</code></p>
        ${payout.failure ? html`<p class="small">${texts.failure(payout.failure)}</p>` : nothing}
        ${payout.reversedMinor > 0 ? html`<p class="small">${texts.reversed(this.money(payout.reversedMinor, payout.currency))}</p>` : nothing}
      </div>
      <span class="amount">${this.money(payout.amountMinor, payout.currency)}</span>
    </li>`;
  }

  async #run(totalMinor: number, count: number): Promise<void> {
    const texts = this.desk.payouts;
    const isSure = await this.isSure({
      title: texts.runTitle(this.money(totalMinor, this.currency)),
      text: texts.runText(count),
      confirm: texts.runConfirm,
      cancel: texts.notNow,
      testId: 'confirm-payouts',
    });
    if (!isSure) return;
    let batch: PayoutBatch | undefined;
    await this.act('run', async () => {
      batch = await call('POST /v1/payout-batches');
      await this.reload();
    });
    if (!batch) return;
    const { payouts } = batch;
    this.note =
      payouts.length === 0 ? texts.nothing : texts.done(payouts.length, this.money(batch.totalMinor, this.currency));
  }
}

defineElement('desk-payouts', DeskPayouts);
