/** `<desk-payouts>`: who is due, a batch that pays them after one more question, and the batches before. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room-part.ts';
import type { Payout, PayoutBatch } from '../../protocol/payouts.ts';
import { formatMoment } from '../dates.ts';
import type { DueCreator } from '../desk-api.ts';
import { deskApi } from '../desk-api.ts';
import { DeskPart } from './desk-part.ts';

const LOOK = { pending: 'open', paid: 'good', failed: 'bad' } as const;

export class DeskPayouts extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    currency: { state: true },
    due: { state: true },
    batches: { state: true },
  };
  declare currency: string;
  declare due: DueCreator[] | undefined;
  declare batches: PayoutBatch[];

  protected override async load(): Promise<void> {
    const { currency, due, batches } = await deskApi.payouts();
    this.currency = currency;
    this.batches = batches;
    this.due = due;
  }

  override render(): TemplateResult {
    const { due } = this;
    if (!due)
      return html`${this.messages()}${this.isLost ? nothing : html`<div class="waiting" style="height: 16rem"></div>`}`;
    const texts = this.desk.payouts;
    const totalMinor = due.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    return html`
      <section aria-labelledby="due">
        <h2 id="due" class="display">${texts.due}</h2>
        ${
          due.length === 0
            ? html`<p class="muted">${texts.dueNone}</p>`
            : html`<ul class="rows" data-testid="due">
                  ${due.map(
                    ({ creator, name, amountMinor }) => html`<li data-testid="due-${creator}">
                      <p class="what"><bdi>${name}</bdi> <span class="muted small">${creator}</span></p>
                      <span class="amount">${this.money(amountMinor, this.currency)}</span>
                    </li>`,
                  )}
                </ul>
                <p class="buttons">
                  <wa-button variant="brand" data-testid="run-payouts" ?loading=${this.busy === 'run'} @click=${() => this.#run(totalMinor, due.length)}>${texts.run(this.money(totalMinor, this.currency))}</wa-button>
                </p>`
        }
        ${this.messages()}
      </section>
      <section aria-labelledby="batches">
        <h2 id="batches" class="display">${texts.batches}</h2>
        ${
          this.batches.length === 0
            ? html`<p class="muted">${texts.batchesNone}</p>`
            : this.batches.map((batch) => this.#batch(batch))
        }
      </section>
      <loge-confirm></loge-confirm>
    `;
  }

  #batch(batch: PayoutBatch): TemplateResult {
    return html`<div class="card" style="margin-bottom: 1rem" data-testid="batch-${batch.id}">
      <div class="title-line">
        <h3>${formatMoment(batch.createdAt, this.language)} <span class="muted small">${this.desk.payouts.batchBy(batch.by)}</span></h3>
        <b class="numbers">${this.money(batch.totalMinor, batch.payouts[0]?.currency ?? this.currency)}</b>
      </div>
      <ul class="rows">${batch.payouts.map((payout) => this.#payout(payout))}</ul>
    </div>`;
  }

  #payout(payout: Payout): TemplateResult {
    const texts = this.desk.payouts;
    return html`<li>
      <div class="what">
        <p class="line"><bdi>${payout.creator}</bdi> <span class="state ${LOOK[payout.status]}">${texts.states[payout.status]}</span></p>
        ${payout.failure ? html`<p class="small">${texts.failure(payout.failure)}</p>` : nothing}
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
      batch = await deskApi.runPayouts();
      await this.load();
    });
    if (!batch) return;
    const { payouts } = batch;
    this.note =
      payouts.length === 0 ? texts.nothing : texts.done(payouts.length, this.money(batch.totalMinor, this.currency));
  }
}

defineElement('desk-payouts', DeskPayouts);
