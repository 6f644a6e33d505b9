/**
 * `<loge-leaderboard>`: the top tippers of the room, as one line above the chat that opens the whole list with the
 * user's own rank. Empty until the first tip.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Leaderboard } from '../../server/protocol/money/tipping.ts';
import type { Room } from '../client/room.ts';
import { icon } from './controls/more-icons.ts';
import { DialogPart } from './room/dialog-part.ts';
import { HostTimer } from './room/host-timer.ts';
import { defineElement, withProperties } from './room/room-part.ts';
import './theme/web-awesome.ts';
import { formatCount, isOne, minorUnits } from './texts/format.ts';
import './texts/inside-texts.ts';
import type { LogePartElement } from './public-elements.ts';
import { shownName } from './texts/shown-name.ts';

/** Many tips within this time cost one request. */
const REFRESH_MS = 2_000;
const LINE_ENTRIES = 3;

/** Emitted when the line appears or disappears, which changes the space below it. */
const LEADERBOARD_TOGGLED = 'loge-leaderboard-toggled';

type Entry = Leaderboard['entries'][number];

export class LogeLeaderboard
  extends withProperties(DialogPart, { board: undefined as Leaderboard | undefined })
  implements LogePartElement
{
  readonly #timer = new HostTimer(this);

  static override styles = css`
    :host([empty]) {
      display: none;
    }

    .line {
      display: flex;
      align-items: center;
      gap: var(--_space-8);
      width: 100%;
      min-height: max(2.5rem, var(--_finger));
      padding: var(--_space-4) var(--_space-16);
      border: 0;
      border-bottom: 1px solid var(--_line);
      background: none;
      color: var(--_text);
      font: var(--_type-14);
      text-align: start;
      cursor: pointer;
    }

    .line:focus-visible {
      box-shadow: inset 0 0 0 2px var(--_accent);
    }

    .line .icon {
      color: var(--_accent);
    }

    .names {
      flex: 1;
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .names bdi + b {
      margin-inline-start: var(--_space-4);
    }

    b {
      color: var(--_accent);
    }

    ol {
      display: grid;
      list-style: none;
    }

    li {
      display: grid;
      grid-template-columns: 2.2rem minmax(0, 1fr) auto;
      gap: 0 var(--_space-8);
      align-items: baseline;
      padding: var(--_space-12) 0;
      border-bottom: 1px solid var(--_line);
    }

    li:last-child {
      border-bottom: 0;
    }

    li .rank {
      font: var(--_title-20);
      color: var(--_muted);
    }

    li:nth-child(-n + 3) .rank {
      color: var(--_accent);
    }

    li .who {
      overflow-wrap: anywhere;
    }

    li small {
      color: var(--_muted);
    }

    .own {
      font-weight: 600;
    }

    .place {
      margin-bottom: var(--_space-12);
      color: var(--_muted);
    }
  `;

  protected override listenTo(room: Room): Array<() => void> {
    const refresh = () => this.#refreshSoon();
    refresh();
    return [
      ...(['connected', 'reconnected', 'accessGranted', 'tipReceived', 'tipRefunded', 'goalProgress'] as const).map(
        (name) => room.on(name, refresh),
      ),
      room.on('accessRevoked', () => {
        this.board = undefined;
      }),
    ];
  }

  #refreshSoon(): void {
    if (!this.#timer.isRunning) this.#timer.start(this.board ? REFRESH_MS : 0, () => void this.#refresh());
  }

  async #refresh(): Promise<void> {
    const { room } = this;
    if (room?.access?.state !== 'granted') return;
    // After a failure, the next tip tries again.
    this.board = await room.leaderboard().catch(() => this.board);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const isEmpty = !this.board?.entries.length;
    if (isEmpty === this.hasAttribute('empty')) return;
    this.toggleAttribute('empty', isEmpty);
    this.emit(LEADERBOARD_TOGGLED, {});
  }

  override render(): TemplateResult | typeof nothing {
    const { board, texts } = this;
    if (!board || board.entries.length === 0) return nothing;
    return html`
      <button class="line" type="button" part="leaderboard" data-testid="leaderboard-open" aria-haspopup="dialog" @click=${this.#show}>
        ${icon('gift', 18)}
        <span class="visually-hidden">${texts.labelled(texts.leaderboard.open, '')}</span>
        <span class="names">
          ${board.entries.slice(0, LINE_ENTRIES).map((entry, index) => html`${index > 0 ? ' · ' : nothing}<bdi>${this.#nameOf(entry)}</bdi><b>${this.money(entry.amountMinor)}</b>`)}
        </span>
      </button>
      ${this.dialog(
        texts.leaderboard.title,
        html`${this.#ownPlace(board)}
          <ol data-testid="leaderboard">${board.entries.map((entry) => this.#entry(entry))}</ol>`,
      )}
    `;
  }

  #show = (): void => {
    this.open = true;
  };

  #isSelf({ identity }: Entry): boolean {
    return identity === this.room?.localParticipant.identity;
  }

  #nameOf(entry: Entry): string {
    return this.#isSelf(entry) ? this.texts.leaderboard.you : shownName(entry, this.texts);
  }

  #entry(entry: Entry): TemplateResult {
    const { texts, language } = this;
    return html`<li class=${this.#isSelf(entry) ? 'own' : ''} data-testid="leader-${entry.identity}">
      <span class="rank">${formatCount(entry.rank, language)}</span>
      <span class="who"><bdi>${this.#nameOf(entry)}</bdi> <small>${texts.leaderboard.tips(formatCount(entry.tipCount, language), isOne(entry.tipCount, language))}</small></span>
      <b>${this.money(entry.amountMinor)}</b>
    </li>`;
  }

  #ownPlace({ entries, currency }: Leaderboard): TemplateResult | typeof nothing {
    const { texts, language } = this;
    const own = entries.findIndex((entry) => this.#isSelf(entry));
    const self = entries[own];
    if (!self) return nothing;
    const above = entries[own - 1];
    const units = minorUnits(currency);
    // Among equal amounts the earlier tipper ranks first, so one must exceed the amount above; round up to whole units.
    const missingMinor = above ? (Math.floor((above.amountMinor - self.amountMinor) / units) + 1) * units : 0;
    return html`<p class="place" data-testid="own-place">
      ${texts.leaderboard.yourPlace(formatCount(self.rank, language))}${above ? html`. ${texts.leaderboard.toNext(this.money(missingMinor))}.` : '.'}
    </p>`;
  }
}

defineElement('loge-leaderboard', LogeLeaderboard);
