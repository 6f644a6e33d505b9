/** `<loge-club>`: in the lobby of a members' room, the tiers that give access, to join; after a live, all of them. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import type { Quote } from '../../../server/protocol/money/pricing.ts';
import type { Room } from '../../client/room.ts';
import { button, plainControlStyles } from '../controls/plain-controls.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { openCheckout, returnUrlFor } from './checkout.ts';
import { QUOTE_CHANGED } from './loge-price.ts';
import { tierCard, tierCardStyles } from './tier-card.ts';

const styles = css`
  section {
    display: grid;
    gap: var(--_space-12);
    margin-top: var(--_space-16);
  }

  label {
    display: flex;
    gap: var(--_space-8);
    align-items: flex-start;
  }
`;

export class LogeClub extends withProperties(
  RoomPart,
  {
    returnUrl: undefined as string | undefined,
    /** Default: that the room is for members. */
    heading: undefined as string | undefined,
    tiers: [] as readonly Tier[],
    quote: undefined as Quote | undefined,
    /** The text of the request that the membership begins at once; empty without one. */
    asked: '',
  },
  { returnUrl: { attribute: 'return-url' } },
) {
  static override styles = [plainControlStyles, tierCardStyles, styles];

  constructor() {
    super();
    this.addEventListener(QUOTE_CHANGED, (event) => {
      this.quote = (event as CustomEvent<{ quote?: Quote }>).detail.quote ?? this.quote;
    });
  }

  protected override listenTo(room: Room): Array<() => void> {
    void this.#load(room);
    return (['connected', 'reconnected'] as const).map((name) => room.on(name, () => this.#retry(room)));
  }

  #retry(room: Room | undefined): void {
    if (room && this.tiers.length === 0) void this.#load(room);
  }

  async #load(room: Room): Promise<void> {
    try {
      const tiers = await room.memberships.tiers();
      // Lower tiers do not give access to this room.
      const minTier = tiers.findIndex(({ id }) => id === room.info?.access.minTier);
      this.tiers = tiers.slice(Math.max(0, minTier));
      this.problem = '';
    } catch (error) {
      // A later request may have been answered first.
      if (this.tiers.length === 0) this.problem = this.wordsFor(error);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { texts } = this;
    if (this.tiers.length === 0 && !this.problem) return nothing;
    return html`
      <section part="club" aria-label=${texts.club.label} data-testid="club">
        <p><strong>${this.heading ?? texts.club.title}</strong></p>
        <ul class="tiers">
          ${this.tiers.map((tier) =>
            tierCard(tier, {
              price: texts.club.price(this.money(tier.priceMinor), tier.interval),
              about: html`<loge-price kind="membership" .room=${this.room} .tier=${tier.id}></loge-price>`,
              act: button({
                label: texts.club.join,
                icon: 'card',
                testId: 'join',
                isPrimary: tier === this.tiers[0],
                isOutlined: tier !== this.tiers[0],
                isBusy: this.busy === tier.id,
                isDisabled: this.busy !== '' && this.busy !== tier.id,
                onClick: () => this.#join(tier),
              }),
            }),
          )}
        </ul>
        ${this.problem ? html`<div class="callout danger" role="alert" data-testid="join-problem">${this.problem}</div>` : nothing}
        ${this.tiers.length === 0 ? button({ label: texts.room.retry, testId: 'club-retry', onClick: () => this.#retry(this.room) }) : nothing}
        ${this.#beginning()}
        <p class="muted">${texts.club.terms}</p>
      </section>
    `;
  }

  /** Without the request, a withdrawal gives everything back. */
  #beginning(): TemplateResult | typeof nothing {
    const text = this.quote?.waiver?.text;
    if (!text) return nothing;
    return html`<label class="muted">
      <input
        type="checkbox"
        data-testid="begin-at-once"
        .checked=${this.asked === text}
        @change=${(event: Event) => {
          this.asked = (event.target as HTMLInputElement).checked ? text : '';
        }}
      />
      <span>${text} <em>${this.texts.price.optional}</em></span>
    </label>`;
  }

  async #join(tier: Tier): Promise<void> {
    const { room } = this;
    if (!room) return;
    await this.act(tier.id, async () => {
      const returnUrl = returnUrlFor('ticket', this.returnUrl ?? location.href, room);
      const shown = this.quote?.waiver;
      const waiver =
        shown && shown.text === this.asked
          ? { waiver: { accepted: true as const, textVersion: shown.textVersion, language: shown.language } }
          : {};
      const order = { tier: tier.id, returnUrl, locale: this.language, ...waiver };
      const { checkoutUrl } = await room.joinMembership(order);
      openCheckout(this, checkoutUrl);
    });
  }
}

defineElement('loge-club', LogeClub);
