/** `<loge-studio-requests>`: what tips from the menu ask for: done, or undone, which pays the tip back. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { MenuRequest } from '../../../server/protocol/money/tipping.ts';
import type { Room } from '../../client/room.ts';
import { countStyles } from '../controls/count-styles.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { formatTime } from '../texts/format.ts';
import { shownName } from '../texts/shown-name.ts';
import '../texts/studio-texts.ts';
import '../theme/web-awesome.ts';

export class LogeStudioRequests extends withProperties(RoomPart, {
  /** The request that is about to be paid back: asked once more. */
  asked: undefined as string | undefined,
}) {
  static override styles = [
    countStyles,
    css`
      h2 {
        margin-bottom: var(--_space-12);
        color: var(--_muted);
        font: var(--_strong-16);
      }

      ol {
        display: grid;
        gap: var(--_space-16);
        list-style: none;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8) var(--_space-16);
        align-items: center;
      }

      li + li {
        padding-top: var(--_space-16);
        border-top: 1px solid var(--_line);
      }

      .what {
        flex: 1 1 14rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .what strong,
      .what q {
        display: block;
      }

      .what small {
        color: var(--_muted);
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8);
      }

      wa-callout {
        margin-top: var(--_space-12);
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['tipRequestsChanged']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    if (!room?.info) return nothing;
    if (room.tipRequests.length === 0) return html`<p class="muted">${texts.requests.none}</p>`;
    return html`<section part="requests" data-testid="studio-requests">
      <h2 part="title">${texts.requests.title} <span class="count">${room.tipRequests.length}</span></h2>
      <ol>
        ${repeat(
          room.tipRequests,
          ({ tip }) => tip,
          (request) => this.#row(room, request),
        )}
      </ol>
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    </section>`;
  }

  #row(room: Room, request: MenuRequest): TemplateResult {
    const { texts, language } = this;
    const { tip, from, label, message, amountMinor, sentAt } = request;
    const amount = this.money(amountMinor);
    const settle = (outcome: 'done' | 'undone') => this.#settle(room, tip, outcome);
    const isAsked = this.asked === tip;
    return html`<li data-request=${tip}>
      <div class="what">
        <strong><bdi>${label}</bdi></strong>
        ${message ? html`<q><bdi>${message}</bdi></q>` : nothing}
        <small><bdi>${shownName(from, texts)}</bdi> · ${amount} · ${formatTime(sentAt, language)}</small>
      </div>
      <div class="acts">
        ${
          isAsked
            ? html`<wa-button size="s" variant="danger" data-testid="request-undo-confirm" ?loading=${this.busy === tip} @click=${() => settle('undone')}
                  >${texts.requests.payBack(amount)}</wa-button
                >
                <wa-button size="s" appearance="plain" @click=${() => this.#ask(undefined)}>${texts.requests.keep}</wa-button>`
            : html`<wa-button size="s" variant="neutral" data-testid="request-done" ?loading=${this.busy === tip} @click=${() => settle('done')}
                  >${texts.requests.done}</wa-button
                >
                <wa-button size="s" appearance="outlined" data-testid="request-undo" @click=${() => this.#ask(tip)}>${texts.requests.undo}</wa-button>`
        }
      </div>
    </li>`;
  }

  #ask(tip: string | undefined): void {
    this.asked = tip;
  }

  async #settle(room: Room, tip: MenuRequest['tip'], outcome: 'done' | 'undone'): Promise<void> {
    if (await this.act(tip, () => room.settleTipRequest({ tip, outcome }))) this.asked = undefined;
  }
}

defineElement('loge-studio-requests', LogeStudioRequests);
