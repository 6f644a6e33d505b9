/**
 * `<wallet-memberships>`: a fan's memberships: price and renewal, change of tier, cancellation and its withdrawal, and
 * what to do when the card fails.
 */
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { wordsOfCharge } from '../../../client-sdk/elements/money/charge-key.ts';
import { tierCard, tierCardStyles } from '../../../client-sdk/elements/money/tier-card.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import '../../../client-sdk/elements/texts/topup-texts.ts';
import '../../../client-sdk/elements/theme/web-awesome.ts';
import type { OwnMembership, Tier } from '../../protocol/money/memberships.ts';
import { PagePart, type Row, type RowAct } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

const LOOK = { active: 'good', past_due: 'bad', ended: '', disputed: 'bad' } as const;

/** An open dispute comes before every state but the end. */
const stateOf = ({ status, disputed }: OwnMembership) => (disputed && status !== 'ended' ? 'disputed' : status);

export class WalletMemberships extends PagePart<OwnMembership[]> {
  static override properties = { ...PagePart.properties, changing: { state: true } };
  /** The membership whose tier is being changed, and what its club has. */
  declare changing: { membership: OwnMembership; tiers: readonly Tier[] } | undefined;

  static override styles = [
    ...PagePart.styles,
    tierCardStyles,
    css`
      .rows .callout {
        color: var(--_text);
      }

      .rows .acts {
        flex-basis: 100%;
        margin-top: var(--_space-8);
      }

      .tiers {
        margin-top: var(--_space-16);
      }
    `,
  ];

  protected override read = async () => {
    let isPastDue = false;
    try {
      const { memberships } = await call('GET /v1/memberships');
      isPastDue = memberships.some((each) => stateOf(each) === 'past_due');
      return memberships;
    } finally {
      this.emit('memberships-read', { isPastDue });
    }
  };

  protected override show(memberships: OwnMembership[]): unknown {
    const { title, none } = this.words.wallet.memberships;
    const list = this.list({
      items: memberships,
      testId: 'memberships',
      empty: none,
      row: (membership) => this.#row(membership),
      acts: this.#acts(),
    });
    return this.section('clubs', { title }, [list, this.#tierDialog()]);
  }

  #row(membership: OwnMembership): Row {
    const texts = this.words.wallet.memberships;
    const { id, tier, nextTier, cancelAtPeriodEnd, accessUntil } = membership;
    const state = stateOf(membership);
    const until = this.#until(membership);
    const renewal = nextTier ? texts.renewsAs(until, nextTier.name, this.#price(nextTier)) : texts.renews(until);
    const lastDay = accessUntil ? formatLongDay(accessUntil, this.language) : '';
    return {
      title: html`<bdi>${shownName({ name: membership.creatorName }, this.texts)}</bdi> · <bdi>${tier.name}</bdi>`,
      state: { look: LOOK[state], text: texts.states[state] },
      lines: [
        html`${this.#price(tier)}${state === 'active' && until ? ` · ${cancelAtPeriodEnd ? texts.endsOn(until) : renewal}` : nothing}`,
        state === 'past_due' &&
          html`<span class="callout danger" role="alert" data-testid="past-due"><span><strong>${texts.pastDue}</strong>${lastDay ? texts.pastDueText(lastDay) : texts.pastDueTextSoon}</span></span>`,
        state === 'disputed' &&
          html`<span class="callout" data-testid="membership-disputed"><span><strong>${texts.disputed}</strong>${texts.disputedText}</span></span>`,
      ],
      testId: `membership-${id}`,
    };
  }

  #price({ priceMinor, currency, interval }: Tier): string {
    return this.words.wallet.memberships.price(this.money(priceMinor, currency), interval);
  }

  /** The day to come on which it renews or ends. What cannot be renewed ends with its access, which may come later. */
  #until({ renewable, paidUntil, accessUntil }: OwnMembership): string {
    const end = renewable ? paidUntil : accessUntil;
    return end && Date.parse(end) > Date.now() ? formatLongDay(end, this.language) : '';
  }

  #acts(): RowAct<OwnMembership>[] {
    const texts = this.words.wallet.memberships;
    const isEnding = (membership: OwnMembership) => membership.cancelAtPeriodEnd && stateOf(membership) !== 'disputed';
    return [
      {
        label: texts.changeCard,
        testId: () => 'membership-card',
        look: 'filled',
        isFor: (membership) => stateOf(membership) === 'past_due',
        run: async ({ id }) => {
          const returnUrl = location.origin + location.pathname;
          const asked = { membership: id, returnUrl, locale: this.language };
          location.assign((await call('POST /v1/memberships/:membership/card', asked)).url);
        },
      },
      {
        label: texts.resume,
        testId: () => 'membership-resume',
        look: 'filled',
        isFor: (membership) => membership.status !== 'ended' && isEnding(membership) && membership.renewable,
        run: ({ id }) => call('POST /v1/memberships/:membership/resume', { membership: id }),
        done: () => texts.resumed,
      },
      {
        label: texts.changeTier,
        testId: () => 'membership-tier',
        isFor: (membership) => stateOf(membership) === 'active' && !isEnding(membership),
        run: async (membership) => {
          const { tiers } = await call('GET /v1/creators/:identity/tiers', { identity: membership.creator });
          this.changing = { membership, tiers };
        },
      },
      {
        label: texts.cancel,
        testId: () => 'membership-cancel',
        isFor: (membership) => membership.status !== 'ended' && !isEnding(membership),
        question: (membership) => ({
          title: texts.cancelTitle,
          text: this.#lasting(membership, texts.cancelText, texts.cancelTextSoon),
          confirm: texts.cancelConfirm,
          cancel: texts.stay,
          testId: 'confirm-cancel',
        }),
        run: ({ id }) => call('POST /v1/memberships/:membership/cancel', { membership: id }),
        done: (membership) => this.#lasting(membership, texts.cancelled, texts.cancelledSoon),
      },
    ];
  }

  /** How long a cancelled membership lasts. */
  #lasting(membership: OwnMembership, withDay: (day: string) => string, soon: string): string {
    const until = this.#until(membership);
    if (membership.disputed) return this.words.wallet.memberships.disputedCancel;
    return until ? withDay(until) : soon;
  }

  #tierDialog(): TemplateResult {
    const texts = this.words.wallet.memberships;
    const { membership, tiers = [] } = this.changing ?? {};
    const isOffered = tiers.some(({ id }) => id === membership?.tier.id);
    const shown = membership && !isOffered ? [...tiers, membership.tier] : tiers;
    return html`<wa-dialog
      lang=${this.language}
      label=${texts.tierTitle}
      light-dismiss
      .open=${membership !== undefined}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.changing = undefined;
      }}
    >
      <p class="muted">${shown.length > 1 ? texts.tierText : texts.tierOnly}</p>
      <ul class="tiers">${membership && shown.map((tier) => this.#tier(tier, membership))}</ul>
      ${this.problem && membership ? html`<div class="callout danger" role="alert">${this.problem}</div>` : nothing}
    </wa-dialog>`;
  }

  #tier(tier: Tier, { id: membership, tier: current, nextTier }: OwnMembership): TemplateResult {
    const texts = this.words.wallet.memberships;
    const isNow = tier.id === current.id;
    const isNext = tier.id === nextTier?.id;
    // A planned change of tier can be withdrawn.
    const isChosen = isNext || (isNow && !nextTier);
    let isPlanned = false;
    const choose: RowAct<Tier> = {
      label: texts.tierChoose,
      testId: ({ id }) => `choose-${id}`,
      run: async ({ id }) => {
        const answer = await call('POST /v1/memberships/:membership/tier', { membership, tier: id });
        isPlanned = answer.nextTier !== null;
        this.changing = undefined;
      },
      done: ({ name }) => (isPlanned ? texts.tierPlanned(name) : texts.tierDone(name)),
    };
    return tierCard(tier, {
      price: this.#price(tier),
      about:
        isNow || isNext
          ? html`<p><span class="state open">${isNow ? texts.tierCurrent : texts.tierNext}</span></p>`
          : nothing,
      act: isChosen ? undefined : this.acts(tier, [choose]),
    });
  }

  /** A dearer tier is charged at once. */
  protected override wordsFor(error: unknown): string {
    const words = super.wordsFor(error);
    const { membership, tiers } = this.changing ?? {};
    const chosen = tiers?.find(({ id }) => this.busy.includes(id));
    const isCharged = chosen && membership && chosen.priceMinor > membership.tier.priceMinor;
    return isCharged ? wordsOfCharge(error, words, this.texts.topup) : words;
  }
}

defineElement('wallet-memberships', WalletMemberships);
