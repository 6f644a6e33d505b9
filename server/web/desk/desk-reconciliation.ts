/** `<desk-reconciliation>`: books against provider, each difference explained, and earlier comparisons. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatCount, formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import type { Reconciliation } from '../../protocol/money/payouts.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

export class DeskReconciliation extends DeskPart {
  static override properties = { ...DeskPart.properties, runs: { state: true } };
  /** Newest first. */
  declare runs: Reconciliation[] | undefined;

  static override styles = [
    ...DeskPart.styles,
    css`
      .run {
        margin: var(--_space-16) 0 var(--_space-24);
      }

      .card > h2 {
        margin-bottom: var(--_space-4);
        font: var(--_title-20);
      }

      .card .facts {
        margin: var(--_space-16) 0 0;
      }

      .items {
        margin-top: var(--_space-16);
      }

      .items > h3 {
        margin-bottom: var(--_space-4);
      }
    `,
  ];

  protected override async load(): Promise<void> {
    this.runs = (await call('GET /v1/reconciliations')).reconciliations;
  }

  override render(): TemplateResult {
    const texts = this.desk.reconciliation;
    const [newest, ...earlier] = this.runs ?? [];
    return html`
      <p class="muted">${texts.text}</p>
      <p class="run"><wa-button variant="neutral" data-testid="reconcile" ?loading=${this.busy === 'run'} @click=${this.#run}>${texts.run}</wa-button></p>
      ${this.messages()}
      ${this.whenRead(this.runs, '14rem', () =>
        newest ? this.#result(newest) : html`<div class="empty"><p>${texts.none}</p></div>`,
      )}
      ${
        earlier.length === 0
          ? nothing
          : html`<section aria-labelledby="earlier">
              <h2 id="earlier" class="display">${texts.earlier}</h2>
              <ul class="rows">${earlier.map((run) => this.#earlier(run))}</ul>
            </section>`
      }
    `;
  }

  #verdict({ unexplainedCount, items }: Reconciliation): string {
    const texts = this.desk.reconciliation;
    if (unexplainedCount > 0) return texts.unexplained(unexplainedCount);
    return items.length === 0 ? texts.agrees : texts.explained;
  }

  #result(run: Reconciliation): TemplateResult {
    const texts = this.desk.reconciliation;
    const { language } = this;
    const money = (amountMinor: number) => this.money(amountMinor, run.currency);
    return html`<article class="card" data-testid="reconciliation" data-unexplained=${run.unexplainedCount}>
      <h2 class="display"><span class="${run.unexplainedCount > 0 ? 'bad' : 'good'}-mark">${icon(run.unexplainedCount > 0 ? 'warning' : 'check', 24)}</span> ${this.#verdict(run)}</h2>
      <p class="small muted">${formatMoment(run.startedAt, language)} · ${texts.movements(formatCount(run.movementCount, language))} ${texts.since(formatLongDay(run.since, language))}</p>
      <dl class="facts">
        <dt>${texts.books}</dt><dd>${money(run.ledgerMinor)}</dd>
        <dt>${texts.provider}</dt><dd>${money(run.providerMinor)}</dd>
        <dt class="sum">${texts.difference}</dt><dd class="sum">${money(run.differenceMinor)}</dd>
      </dl>
      ${
        run.items.length === 0
          ? nothing
          : html`<div class="items">
              <h3>${texts.items}</h3>
              <ul class="rows">
                ${run.items.map(
                  (item) => html`<li>
                    <div class="what">
                      <p class="line"><span class="state ${item.isExplained ? 'good' : 'bad'}">${item.isExplained ? texts.isExplained : texts.isUnexplained}</span> <code>${item.reference}</code></p>
                      <p class="small" lang="en">${item.text}</p>
                    </div>
                    <span class="amount">${money(item.differenceMinor)}</span>
                  </li>`,
                )}
              </ul>
            </div>`
      }
    </article>`;
  }

  #earlier(run: Reconciliation): TemplateResult {
    return html`<li>
      <div class="what"><p>${formatMoment(run.startedAt, this.language)}</p><p class="muted small">${this.#verdict(run)}</p></div>
      <span class="amount">${this.money(run.differenceMinor, run.currency)}</span>
    </li>`;
  }

  #run = async (): Promise<void> => {
    const isDone = await this.act('run', async () => {
      await call('POST /v1/reconciliations');
      await this.reload();
    });
    if (isDone) this.note = this.desk.reconciliation.done;
  };
}

defineElement('desk-reconciliation', DeskReconciliation);
