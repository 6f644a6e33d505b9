/**
 * `<loge-studio-ending>`: the two ways to stop, in words: pause the evening until a time, or end it. While the room is
 * off air it says what becomes of it, and once it has ended what it came to. `ask()` opens the choice.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../client/room.ts';
import { choiceStyles } from '../controls/choice-styles.ts';
import '../room/loge-summary.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import '../theme/web-awesome.ts';
import { formatCount, formatUntil, isOne } from '../texts/format.ts';

const PAUSE_MINUTES = [10, 20, 30, 60, 120] as const;

/** Emitted when the live has ended on this page's word. */
const LIVE_STOPPED = 'loge-live-stopped';

/** Emitted when the choice is closed. */
const ENDING_CLOSED = 'loge-ending-closed';

export class LogeStudioEnding extends withProperties(DialogPart, {
  minutes: PAUSE_MINUTES[1] as number,
  /** The studio asks whether to go live again, and says there that one is off air. */
  isInterrupted: false,
}) {
  static override styles = [
    choiceStyles,
    css`
      section + section {
        margin-top: var(--_space-16);
        padding-top: var(--_space-16);
        border-top: 1px solid var(--_line);
      }

      h3 {
        font: var(--_strong-16);
      }

      p {
        margin: var(--_space-4) 0 var(--_space-8);
        color: var(--_muted);
        font: var(--_type-16);
      }

      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-4);
        margin-bottom: var(--_space-8);
      }

      legend {
        padding: 0;
        margin-bottom: var(--_space-8);
        color: var(--_muted);
        font: var(--_strong-14);
      }

      .choice {
        position: relative;
        display: inline-grid;
        place-items: center;
        flex: 1 1 auto;
        max-width: 5.5rem;
      }

      .choice:focus-within {
        outline: 2px solid var(--_accent);
        outline-offset: 2px;
      }

      .choice input {
        position: absolute;
        width: 100%;
        height: 100%;
        opacity: 0;
        cursor: pointer;
      }

      wa-callout p {
        color: inherit;
      }

      /* Both ways to stop are in sight: the cross of the sheet is enough to stay. */
      @media (max-width: 640px) {
        wa-dialog::part(footer) {
          display: none;
        }

        wa-dialog::part(body) {
          padding-bottom: var(--_space-16);
        }
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['localLiveStarted', 'localLiveEnded', 'viewerCount']);
  }

  ask(): void {
    this.problem = '';
    this.open = true;
  }

  override render(): TemplateResult | typeof nothing {
    const { room } = this;
    if (!room?.info) return nothing;
    if (room.info.status === 'ended') return html`<loge-summary .room=${room}><slot></slot></loge-summary>`;
    return html`${room.localParticipant.isLive ? nothing : this.#offAir(room)} ${this.#dialog(room)}`;
  }

  #offAir(room: Room): TemplateResult | typeof nothing {
    const { texts, language } = this;
    const { liveEndedAt = null, pausedUntil = null, pauseAnnounced = false } = room.info ?? {};
    if (liveEndedAt === null || room.isLive || this.isInterrupted) return nothing;
    const until = pausedUntil && formatUntil(pausedUntil, language);
    return html`<wa-callout variant="warning" data-testid="studio-paused" role="status">
      <strong>${until && pauseAnnounced ? texts.studio.pausedUntil(until) : texts.studio.offAirTitle}</strong>
      <p>${until ? texts.studio.pausedText(until) : texts.studio.offAirText}</p>
    </wa-callout>`;
  }

  #dialog(room: Room): TemplateResult {
    const { texts, language } = this;
    const { isLive } = room.localParticipant;
    const isLater = isLive || Boolean(room.info?.liveEndedAt);
    const viewers = texts.studio.endText(formatCount(room.viewerCount, language), isOne(room.viewerCount, language));
    return this.dialog(
      texts.studio.endTitle,
      html`${isLater ? this.#pauseChoice(room, isLive ? viewers : '') : nothing}
      <section>
        <h3>${texts.studio.endEvening}</h3>
        <p>${texts.studio.endEveningText(room.info?.access.kind === 'ticket' ? (room.minLiveMinutes ?? 0) : 0)}</p>
        <wa-button
          variant="danger"
          data-testid="end-evening"
          ?loading=${this.busy === 'end'}
          @click=${() => this.#stop('end', () => room.end())}
          >${texts.studio.endEvening}</wa-button
        >
      </section>
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${this.close}>
        ${isLive ? texts.studio.stay : texts.studio.keepRoom}
      </wa-button>`,
    );
  }

  #pauseChoice(room: Room, viewers: string): TemplateResult {
    const { texts } = this;
    return html`<section>
      <h3>${texts.studio.pauseTitle}</h3>
      <p>${viewers} ${texts.studio.pauseText}</p>
      <fieldset>
        <legend>${texts.studio.pauseFor}</legend>
        ${PAUSE_MINUTES.map(
          (minutes) => html`<label class="choice"
            ><input
              type="radio"
              name="minutes"
              value=${minutes}
              .checked=${this.minutes === minutes}
              @change=${() => {
                this.minutes = minutes;
              }}
            />${texts.studio.pauseLasts(minutes)}</label
          >`,
        )}
      </fieldset>
      <wa-button
        variant="neutral"
        data-testid="end-live-confirm"
        ?loading=${this.busy === 'pause'}
        @click=${() => this.#stop('pause', () => room.pause({ minutes: this.minutes }))}
        >${texts.studio.pause}</wa-button
      >
    </section>`;
  }

  async #stop(name: string, stop: () => Promise<unknown>): Promise<void> {
    if (!(await this.act(name, stop))) return;
    this.close();
    this.emit<null>(LIVE_STOPPED, null);
  }

  protected override noteHidden(): void {
    this.emit<null>(ENDING_CLOSED, null);
  }
}

defineElement('loge-studio-ending', LogeStudioEnding);
