/**
 * `<wallet-memberships>`: a fan's memberships: price and renewal, change of tier, cancellation and its withdrawal, and
 * what to do when the card fails.
 */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { wordsOfCharge } from '../../../client-sdk/elements/money/charge-key.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import '../../../client-sdk/elements/texts/topup-texts.ts';
import type { OwnMembership, Tier } from '../../protocol/money/memberships.ts';

import { SitePart } from '../site/site-part.ts';

const LOOK = { active: 'good', past_due: 'bad', ended: '', disputed: 'bad' } as const;

/** An open dispute comes before every state but the end. */
const stateOf = ({ status, disputed }: OwnMembership) => (disputed && status !== 'ended' ? 'disputed' : status);

export class WalletMemberships extends SitePart {
  static override properties = {
    ...SitePart.properties,
    memberships: { state: true },
    changing: { state: true },
    tiers: { state: true },
  };
  declare memberships: OwnMembership[] | undefined;
  /** The membership whose tier is being changed. */
  declare changing: OwnMembership | undefined;
  declare tiers: Tier[];

  static override styles = [
    ...SitePart.styles,
    css`
      .rows > li {
        display: block;
      }

      .title-line b {
        font: var(--_strong-16);
      }

      .buttons {
        margin-top: var(--_space-12);
      }

      wa-callout {
        margin-top: var(--_space-12);
      }

      wa-callout strong {
        display: block;
      }

      .tiers {
        display: grid;
        gap: var(--_space-12);
        margin-top: var(--_space-16);
        list-style: none;
      }

      .tiers li {
        display: grid;
        gap: var(--_space-8);
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid var(--_line);
        border-radius: var(--_radius-small);
      }

      .tiers .now {
        border-color: var(--_accent);
      }

      .tiers wa-button {
        justify-self: start;
      }
    `,
  ];

  constructor() {
    super();
    this.tiers = [];
  }

  protected override async load(): Promise<void> {
    this.memberships = (await call('GET /v1/memberships')).memberships;
    this.emit('memberships-read', { isPastDue: this.memberships.some((each) => stateOf(each) === 'past_due') });
  }

  override render(): TemplateResult {
    const texts = this.words.wallet.memberships;
    const { memberships } = this;
    return html`<section aria-labelledby="clubs">
      <h2 id="clubs" class="display">${texts.title}</h2>
      ${
        memberships?.length === 0
          ? html`<p class="muted small">${texts.none}</p>`
          : html`<ul class="rows" data-testid="memberships">${memberships?.map((membership) => this.#membership(membership))}</ul>`
      }
      ${this.messages()} ${this.#tierDialog()}
    </section>`;
  }

  #membership(membership: OwnMembership): TemplateResult {
    const { language } = this;
    const texts = this.words.wallet.memberships;
    const { id, tier, nextTier, status, cancelAtPeriodEnd, renewable, paidUntil, accessUntil } = membership;
    const state = stateOf(membership);
    // What cannot be renewed ends with its access, which may outlast the paid time.
    const end = renewable ? paidUntil : accessUntil;
    const until = end && Date.parse(end) > Date.now() ? formatLongDay(end, language) : '';
    return html`<li data-testid="membership-${id}" data-status=${status}>
      <div class="title-line">
        <b><bdi>${shownName({ name: membership.creatorName }, this.texts)}</bdi> · <bdi>${tier.name}</bdi></b>
        <span class="state ${LOOK[state]}">${texts.states[state]}</span>
      </div>
      <p class="small muted">
        ${this.#price(tier)}${
          state === 'active' && until
            ? ` · ${cancelAtPeriodEnd ? texts.endsOn(until) : nextTier ? texts.renewsAs(until, nextTier.name, this.#price(nextTier)) : texts.renews(until)}`
            : nothing
        }
      </p>
      ${state === 'past_due' ? this.#pastDue(membership) : nothing}
      ${
        state === 'disputed'
          ? html`<wa-callout variant="warning" data-testid="membership-disputed">
            <strong>${texts.disputed}</strong>${texts.disputedText}
          </wa-callout>`
          : nothing
      }
      ${status === 'ended' ? nothing : this.#acts(membership, until)}
    </li>`;
  }

  #price({ priceMinor, currency, interval }: Tier): string {
    return this.words.wallet.memberships.price(this.money(priceMinor, currency), interval);
  }

  #pastDue(membership: OwnMembership): TemplateResult {
    const texts = this.words.wallet.memberships;
    const until = membership.accessUntil ? formatLongDay(membership.accessUntil, this.language) : '';
    return html`<wa-callout variant="danger" role="alert" data-testid="past-due">
      <strong>${texts.pastDue}</strong>${until ? texts.pastDueText(until) : texts.pastDueTextSoon}
    </wa-callout>`;
  }

  #acts(membership: OwnMembership, until: string): TemplateResult {
    const texts = this.words.wallet.memberships;
    const { cancelAtPeriodEnd, id, renewable } = membership;
    const state = stateOf(membership);
    const button = (name: string, words: string, act: () => void, isMain = false) => html`<wa-button
      size="s"
      variant=${isMain ? 'brand' : 'neutral'}
      appearance=${isMain ? 'accent' : 'outlined'}
      data-testid="membership-${name}"
      ?loading=${this.busy === `${name} ${id}`}
      @click=${act}
      >${words}</wa-button
    >`;
    return html`<p class="buttons">
      ${state === 'past_due' ? button('card', texts.changeCard, () => this.#changeCard(membership), true) : nothing}
      ${
        cancelAtPeriodEnd && state !== 'disputed'
          ? renewable
            ? button('resume', texts.resume, () => this.#resume(membership), true)
            : nothing
          : html`${state === 'active' ? button('tier', texts.changeTier, () => this.#openTiers(membership)) : nothing}
            ${button('cancel', texts.cancel, () => this.#cancel(membership, until))}`
      }
    </p>`;
  }

  #tierDialog(): TemplateResult {
    const texts = this.words.wallet.memberships;
    const { changing } = this;
    const others = this.tiers.filter(({ id }) => id !== changing?.tier.id);
    return html`<wa-dialog
      lang=${this.language}
      label=${texts.tierTitle}
      light-dismiss
      .open=${changing !== undefined}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.changing = undefined;
      }}
    >
      <p class="muted small">${others.length > 0 ? texts.tierText : texts.tierOnly}</p>
      <ul class="tiers">
        ${changing ? [...this.tiers, ...(this.tiers.some(({ id }) => id === changing.tier.id) ? [] : [changing.tier])].map((tier) => this.#tier(tier, changing)) : nothing}
      </ul>
      ${this.busy === '' && this.problem && changing ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${this.#closeTiers}>${texts.close}</wa-button>
    </wa-dialog>`;
  }

  #tier(tier: Tier, changing: OwnMembership): TemplateResult {
    const texts = this.words.wallet.memberships;
    const isNow = tier.id === changing.tier.id;
    const isNext = tier.id === changing.nextTier?.id;
    // A planned change of tier can be withdrawn.
    const isChosen = isNext || (isNow && !changing.nextTier);
    return html`<li class=${isNow ? 'now' : ''} data-testid="tier-${tier.id}">
      <div class="title-line"><b><bdi>${tier.name}</bdi></b><span>${this.#price(tier)}</span></div>
      ${tier.perks.map((perk) => html`<span class="small muted"><bdi>${perk}</bdi></span>`)}
      ${
        isNow || isNext
          ? html`<span class="state open" style="justify-self: start">${isNow ? texts.tierCurrent : texts.tierNext}</span>`
          : nothing
      }
      ${
        isChosen
          ? nothing
          : html`<wa-button size="s" variant="brand" data-testid="choose-${tier.id}" ?loading=${this.busy === tier.id} @click=${() => this.#chooseTier(tier, changing)}>${texts.tierChoose}</wa-button>`
      }
    </li>`;
  }

  #closeTiers = (): void => {
    this.changing = undefined;
  };

  async #openTiers(membership: OwnMembership): Promise<void> {
    await this.act(`tier ${membership.id}`, async () => {
      this.tiers = (await call('GET /v1/creators/:identity/tiers', { identity: membership.creator })).tiers;
      this.changing = membership;
    });
  }

  async #chooseTier(tier: Tier, membership: OwnMembership): Promise<void> {
    let isPlanned = false;
    const isDone = await this.act(tier.id, async () => {
      isPlanned =
        (await call('POST /v1/memberships/:membership/tier', { membership: membership.id, tier: tier.id })).nextTier !==
        null;
      await this.reload();
    });
    if (!isDone) return;
    this.changing = undefined;
    const texts = this.words.wallet.memberships;
    this.note = isPlanned ? texts.tierPlanned(tier.name) : texts.tierDone(tier.name);
  }

  /** A dearer tier is charged at once. */
  protected override wordsFor(error: unknown): string {
    const words = super.wordsFor(error);
    const chosen = this.tiers.find(({ id }) => id === this.busy);
    const isCharged = chosen && this.changing && chosen.priceMinor > this.changing.tier.priceMinor;
    return isCharged ? wordsOfCharge(error, words, this.texts.topup) : words;
  }

  async #cancel(membership: OwnMembership, until: string): Promise<void> {
    const texts = this.words.wallet.memberships;
    const answer = await this.ask({
      title: texts.cancelTitle,
      text: membership.disputed ? texts.disputedCancel : until ? texts.cancelText(until) : texts.cancelTextSoon,
      confirm: texts.cancelConfirm,
      cancel: texts.stay,
      testId: 'confirm-cancel',
    });
    if (answer === undefined) return;
    const isDone = await this.act(`cancel ${membership.id}`, async () => {
      await call('POST /v1/memberships/:membership/cancel', { membership: membership.id });
      await this.reload();
    });
    if (!isDone) return;
    if (membership.disputed) this.note = texts.disputedCancel;
    else this.note = until ? texts.cancelled(until) : texts.cancelledSoon;
  }

  async #resume(membership: OwnMembership): Promise<void> {
    const isDone = await this.act(`resume ${membership.id}`, async () => {
      await call('POST /v1/memberships/:membership/resume', { membership: membership.id });
      await this.reload();
    });
    if (isDone) this.note = this.words.wallet.memberships.resumed;
  }

  async #changeCard(membership: OwnMembership): Promise<void> {
    await this.act(`card ${membership.id}`, async () => {
      const returnUrl = location.origin + location.pathname;
      const { url } = await call('POST /v1/memberships/:membership/card', {
        membership: membership.id,
        returnUrl,
        locale: this.language,
      });
      location.assign(url);
    });
  }
}

defineElement('wallet-memberships', WalletMemberships);
