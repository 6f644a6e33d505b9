/** `<desk-fees>`: the versions of the house's commission, and a form for a new one with its start date. */

import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { FeePolicyView } from '../../protocol/money/pricing.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart, textOf } from './desk-part.ts';

const BPS = 10_000;

export class DeskFees extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    policies: { state: true },
    percent: { state: true },
    effectiveAt: { state: true },
  };
  declare policies: FeePolicyView[] | undefined;
  declare percent: string;
  declare effectiveAt: string;

  static override styles = [
    ...DeskPart.styles,
    css`
      .rows {
        margin-top: var(--_space-16);
      }
    `,
  ];

  constructor() {
    super();
    this.percent = '';
    this.effectiveAt = '';
  }

  protected override async load(): Promise<void> {
    this.policies = (await call('GET /v1/fee-policies')).feePolicies.toSorted(
      (one, other) => other.version - one.version,
    );
  }

  override render(): TemplateResult {
    const texts = this.desk.fees;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.whenRead(this.policies, '10rem', (policies) => html`<ul class="rows" data-testid="fee-policies">${policies.map((policy) => this.#policy(policy))}</ul>`)}
      <section aria-labelledby="create">
        <h2 id="create" class="display">${texts.create}</h2>
        <div class="form">
          <wa-input
            label=${texts.percent}
            hint=${texts.percentHint}
            inputmode="decimal"
            autocomplete="off"
            data-testid="fee-percent"
            .value=${this.percent}
            @input=${(event: Event) => {
              this.percent = textOf(event);
            }}
            ><span slot="end" class="muted">%</span></wa-input
          >
          <wa-input
            type="datetime-local"
            label=${texts.effectiveAt}
            hint=${texts.effectiveAtHint}
            data-testid="fee-effective-at"
            .value=${this.effectiveAt}
            @input=${(event: Event) => {
              this.effectiveAt = textOf(event);
            }}
          ></wa-input>
          <wa-button variant="neutral" data-testid="fee-create" ?loading=${this.busy === 'create'} @click=${this.#create}>${texts.act}</wa-button>
        </div>
        ${this.messages()}
      </section>
    `;
  }

  #percentOf(bps: number): string {
    return new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 }).format(bps / BPS);
  }

  #policy(policy: FeePolicyView): TemplateResult {
    const texts = this.desk.fees;
    const isComing = Date.parse(policy.effectiveAt) > Date.now();
    const [look, words] = policy.inForce
      ? ['good', texts.inForce]
      : isComing
        ? ['open', texts.coming]
        : ['', texts.past];
    return html`<li data-testid="fee-version-${policy.version}">
      <div class="what">
        <p class="line"><b>${texts.version(policy.version)}</b> <span class="state ${look}">${words}</span></p>
        <p class="small muted">${texts.from(formatMoment(policy.effectiveAt, this.language))} · ${texts.vat(this.#percentOf(policy.vatBps))}</p>
      </div>
      <span class="amount">${texts.commission(this.#percentOf(policy.commissionBps))}</span>
    </li>`;
  }

  #create = async (): Promise<void> => {
    const texts = this.desk.fees;
    const commissionBps = parsePercent(this.percent);
    const start = this.effectiveAt ? new Date(this.effectiveAt) : undefined;
    this.note = '';
    this.problem = '';
    if (commissionBps === undefined) this.problem = texts.percentInvalid;
    else if (start && start.getTime() < Date.now()) this.problem = texts.effectiveAtPast;
    if (commissionBps === undefined || this.problem) return;
    const isSure = await this.isSure({
      title: texts.askTitle(this.#percentOf(commissionBps)),
      text: start ? texts.askLater(formatMoment(start.toISOString(), this.language)) : texts.askNow,
      confirm: texts.act,
      cancel: texts.keep,
      testId: 'confirm-fee',
    });
    if (!isSure) return;
    let created: FeePolicyView | undefined;
    await this.act('create', async () => {
      created = await call('POST /v1/fee-policies', {
        commissionBps,
        ...(start ? { effectiveAt: start.toISOString() } : {}),
      });
      await this.reload();
    });
    if (!created) return;
    this.percent = '';
    this.effectiveAt = '';
    this.note = texts.done(created.version);
  };
}

/** Parses `20`, `17.5` or `17,5` into basis points; undefined if it is no percentage. */
function parsePercent(text: string): number | undefined {
  const trimmed = text.trim().replace(',', '.').replace(/%$/, '').trimEnd();
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(trimmed)) return undefined;
  const bps = Math.round(Number(trimmed) * 100);
  return bps <= BPS ? bps : undefined;
}

defineElement('desk-fees', DeskFees);
