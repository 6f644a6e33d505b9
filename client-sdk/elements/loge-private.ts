/**
 * `<loge-private>`: private sessions by the minute. Fans request a session in the lobby, and see its cost and end it
 * inside. Creators accept or decline requests, and see the earnings of the running session.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Room } from '../client/room.ts';
import { formatDuration } from './texts/format.ts';
import './money/loge-price.ts';
import { TOPUP_WANTED } from './money/checkout.ts';
import { neededTopup } from './money/topup-amounts.ts';
import { FocusKeeper } from './room/focus-keeper.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';
import { shownName } from './texts/shown-name.ts';
import './theme/web-awesome.ts';
import './texts/inside-texts.ts';
import type { LogePartElement } from './public-elements.ts';

interface ButtonLook {
  /** Outlined, and small unless `size` says otherwise. */
  isPlain?: boolean;
  isDisabled?: boolean;
  size?: 's' | 'm';
}

export class LogePrivate extends withProperties(RoomPart, { isFundsLow: false }) implements LogePartElement {
  static override styles = css`
    .panel {
      display: grid;
      gap: var(--_space-12);
    }

    .panel:focus {
      outline: none;
    }

    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--_space-8) var(--_space-16);
    }

    .amount {
      font: var(--_title-20);
    }

    .receipt {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: var(--_space-4) var(--_space-16);
      margin: var(--_space-12) 0 0;
    }

    .receipt dd {
      text-align: end;
    }

    .receipt .sum {
      padding-top: var(--_space-4);
      border-top: 1px solid var(--_line);
      font-weight: 600;
    }

    wa-callout p {
      margin: var(--_space-4) 0 0;
    }

    .buttons {
      display: flex;
      gap: var(--_space-8);
    }

    ul {
      display: grid;
      gap: var(--_space-12);
      list-style: none;
    }

    h2 {
      font: var(--_strong-16);
      color: var(--_muted);
    }

    /* Over the picture of the creator's phone: what can be answered or ended, and the result in a line. */
    @container (max-width: 899px) {
      :host(.card) .panel {
        gap: var(--_space-8);
      }

      :host(.card) h2,
      :host(.card) .none,
      :host(.card) .receipt {
        display: none;
      }

      :host(.card) wa-callout {
        --spacing: 0.5rem;
        font: var(--_type-14);
      }
    }
  `;

  /** Not the next button: a key that is held down must not press it. */
  protected readonly focusKeeper = new FocusKeeper(this, '.panel');

  protected override listenTo(room: Room): Array<() => void> {
    return [
      ...this.renderOn(room, ['walletChanged', 'privateSessionChanged', 'stagePauseChanged']),
      room.on('privateRunning', ({ remainingMs }) => {
        if (this.isFundsLow && remainingMs > 30_000) this.isFundsLow = false;
        this.requestUpdate();
      }),
      room.on('privateFundsLow', () => {
        this.isFundsLow = true;
      }),
      room.on('privateStarted', () => {
        this.isFundsLow = false;
      }),
    ];
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const session = this.room?.privateSession;
    this.toggleAttribute('idle', !session?.current && !session?.last && session?.requests.length === 0);
  }

  /** The receipt of the last session. */
  #receipt(room: Room): TemplateResult | typeof nothing {
    const { texts, money } = this;
    const { last } = room.privateSession;
    if (last?.status !== 'ended') return nothing;
    const isCreator = room.localParticipant.role === 'creator';
    return html`<dl class="receipt" data-testid="private-receipt" aria-label=${texts.private.receipt}>
      <dt>${texts.private.time}</dt>
      <dd>${formatDuration(last.confirmedMs)}</dd>
      <dt>${texts.private.perMinute}</dt>
      <dd>${money(last.ratePerMinuteMinor)}</dd>
      <dt class="sum">${isCreator ? texts.private.earned : texts.private.paid}</dt>
      <dd class="sum">${money(isCreator ? last.creatorMinor : last.costMinor)}</dd>
    </dl>`;
  }

  /** The result of the last request or session. */
  #notice(room: Room): string {
    const { texts } = this;
    const { last } = room.privateSession;
    if (!last || last.status === 'withdrawn') return '';
    if (last.status === 'declined') return texts.private.declined;
    if (last.status === 'expired') return texts.private.expired;
    const isCreator = room.localParticipant.role === 'creator';
    const amount = this.money(isCreator ? last.creatorMinor : last.costMinor);
    const why = last.endReason ? texts.private.endReasons[last.endReason] : '';
    return `${why} ${isCreator ? texts.private.earnedInAll(amount) : texts.private.costInAll(amount)}`.trim();
  }

  override render(): TemplateResult | typeof nothing {
    const { room } = this;
    if (room?.info?.access.kind !== 'private' || room.info.status === 'ended') return nothing;
    const isCreator = room.localParticipant.role === 'creator';
    const notice = this.#notice(room);
    return html`<section class="panel" part="private" tabindex="-1" data-testid="private" aria-label=${this.texts.lobby.privateSession}>
      ${isCreator ? this.#creatorView(room) : this.#fanView(room)}
      ${notice ? html`<wa-callout variant="neutral" role="status" data-testid="private-notice">${notice}${this.#receipt(room)}</wa-callout>` : nothing}
      ${this.problem ? html`<wa-callout variant="danger" role="alert" data-testid="private-problem">${this.problem}</wa-callout>` : nothing}
    </section>`;
  }

  #fanView(room: Room): TemplateResult | typeof nothing {
    const { state } = room.privateSession;
    if (state === 'active') return this.#running(room);
    if (room.access?.state === 'refused') return nothing;
    return state === 'waiting' ? this.#waiting(room) : this.#offer(room);
  }

  #offer(room: Room): TemplateResult | typeof nothing {
    const { texts, money } = this;
    const rateMinor = room.info?.access.ratePerMinuteMinor;
    if (rateMinor === undefined || !room.wallet.currency || room.access?.state === 'granted') return nothing;
    const missingMinor = Math.max(0, rateMinor - room.wallet.balanceMinor);
    return html`
      <div class="line">
        <strong>${texts.lobby.privateSession}</strong>
        <span class="amount" data-testid="private-rate">${texts.lobby.aMinute(money(rateMinor))}</span>
      </div>
      <p class="muted">${texts.private.how(money(rateMinor))}</p>
      <loge-price kind="private_session" .room=${room} .amountMinor=${rateMinor}></loge-price>
      ${missingMinor > 0 ? nothing : html`<p class="muted" data-testid="private-lasts">${texts.private.lasts(formatDuration((room.wallet.balanceMinor * 60_000) / rateMinor))}</p>`}
      ${
        missingMinor > 0
          ? this.#button('private-topup', texts.private.topUp(money(neededTopup(missingMinor))), () =>
              this.emit(TOPUP_WANTED, { missingMinor }),
            )
          : this.#button('private-request', texts.private.request, () =>
              this.act('session', () => room.privateSession.request()),
            )
      }
    `;
  }

  #waiting(room: Room): TemplateResult {
    const { texts } = this;
    return html`<div class="line" role="status">
      <span data-testid="private-waiting"><wa-spinner></wa-spinner> ${texts.private.waiting(shownName(room.info?.creator, texts))}</span>
      ${this.#button('private-withdraw', texts.private.withdraw, () => this.act('session', () => room.privateSession.end()), { isPlain: true })}
    </div>`;
  }

  #running(room: Room): TemplateResult {
    const { texts } = this;
    const session = room.privateSession;
    return html`
      <div class="line">
        <span>
          <span class="amount" data-testid="private-cost">${this.money(session.costMinor)}</span>
          <small class="muted">${formatDuration(session.confirmedMs)} · ${session.isConfirmed ? texts.private.counting : texts.private.paused}</small>
        </span>
        ${this.#button('private-end', texts.private.end, () => this.act('session', () => session.end()), { isPlain: true })}
      </div>
      ${session.isPaused || room.stage.pause ? this.#pausedForFan(room) : nothing}
      ${
        this.isFundsLow
          ? html`<wa-callout variant="warning" role="alert" data-testid="private-funds-low">
              ${texts.private.fundsLow}
              ${this.#button('private-topup', texts.wallet.topUp, () => this.emit(TOPUP_WANTED, { missingMinor: 0 }), { isPlain: true })}
            </wa-callout>`
          : nothing
      }
    `;
  }

  #pausedForFan(room: Room): TemplateResult {
    const { texts } = this;
    const retryAtMs = room.stage.pause?.retryAtMs ?? null;
    const retry =
      retryAtMs === null
        ? texts.private.pausedRetrySoon
        : texts.private.pausedRetry(formatDuration(Math.max(0, retryAtMs - Date.now())));
    return html`<wa-callout variant="warning" role="alert" data-testid="private-paused">
      <strong>${texts.private.pausedTitle}</strong>
      <p>${texts.private.pausedText}</p>
      <p><span aria-live="off">${retry}</span> ${texts.private.pausedEnds}</p>
    </wa-callout>`;
  }

  #pausedForCreator(name: string): TemplateResult {
    const { texts } = this;
    return html`<wa-callout variant="warning" role="status" data-testid="private-paused">
      <strong>${texts.private.fanPausedTitle(name)}</strong>
      <p>${texts.private.fanPausedText(name)}</p>
    </wa-callout>`;
  }

  #creatorView(room: Room): TemplateResult {
    const { texts } = this;
    const session = room.privateSession;
    const { current, requests } = session;
    return html`
      <h2>${texts.lobby.privateSession}</h2>
      ${
        current
          ? html`<div class="line">
              <span>
                ${texts.private.with(current.name)}
                <span class="amount" data-testid="private-earnings">${this.money(session.earningsMinor)}</span>
                <small class="muted">${formatDuration(session.confirmedMs)} · ${session.isConfirmed ? texts.private.counting : texts.private.paused}</small>
              </span>
              ${this.#button('private-end', texts.private.end, () => this.act('session', () => session.end()), { isPlain: true })}
            </div>
            ${session.isPaused ? this.#pausedForCreator(current.name) : nothing}`
          : nothing
      }
      ${requests.length === 0 && !current ? html`<p class="none muted">${texts.private.nobody}</p>` : nothing}
      <ul aria-live="polite">
        ${repeat(
          requests,
          ({ id }) => id,
          (request) => html`<li class="line" data-testid="private-incoming">
            <strong>${request.name}</strong>
            <span class="buttons">
              ${this.#button('private-accept', texts.private.accept, () => this.act('session', () => session.accept(request.id)), { isDisabled: Boolean(current) })}
              ${this.#button('private-decline', texts.private.decline, () => this.act('session', () => session.decline(request.id)), { isPlain: true, size: 'm' })}
            </span>
          </li>`,
        )}
      </ul>
    `;
  }

  #button(id: string, words: string, act: () => unknown, look: ButtonLook = {}): TemplateResult {
    const { isPlain = false, isDisabled = false, size = isPlain ? 's' : 'm' } = look;
    return html`<wa-button
      data-testid=${id}
      size=${size}
      appearance=${isPlain ? 'outlined' : 'accent'}
      variant="brand"
      ?disabled=${isDisabled || this.busy !== ''}
      @click=${act}
      >${words}</wa-button
    >`;
  }
}

defineElement('loge-private', LogePrivate);
