/** The home page: live rooms, upcoming ones, and in development the demo sign-in. */
import '../../../client-sdk/elements/theme/web-awesome.ts';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { ListedRoom, SitePerson, SiteSession } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import type { CardWords } from '../rooms/room-card.ts';
import { roomCard, roomCardStyles, waitingCards } from '../rooms/room-card.ts';
import { SitePage } from '../site/site-page.ts';
import '../site/site-sign-in.ts';

const REFRESH_MS = 8_000;

export class SiteHome extends SitePage {
  static override properties = { ...SitePage.properties, rooms: { state: true }, people: { state: true } };
  declare rooms: ListedRoom[] | undefined;
  declare people: SitePerson[] | undefined;
  protected readonly page = 'home';
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    ...SitePage.styles,
    ...roomCardStyles,
    css`
      .hero {
        margin-bottom: 2rem;
      }

      .hero h1 {
        font-size: clamp(2.6rem, 10vw, 4.6rem);
        line-height: 1.02;
      }

      .block {
        height: 9rem;
        margin-bottom: 2.5rem;
      }

      .nobody {
        padding: 1.6rem 1.25rem;
        border: 1px dashed var(--_line-strong);
        border-radius: var(--_radius);
        text-align: center;
      }

      .nobody .display {
        font-size: 1.25rem;
      }

      .own {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.9rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    document.addEventListener('visibilitychange', this.#refresh);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#refresh);
  }

  /** Rendered together, so that nothing shifts what is already shown. */
  protected override async load({ person, demo }: SiteSession): Promise<void> {
    const needsSignIn = !person && demo;
    [this.rooms, this.people] = await Promise.all([siteApi.rooms(), needsSignIn ? siteApi.demoPeople() : undefined]);
  }

  protected override content(session: SiteSession | undefined): TemplateResult {
    const { words } = this;
    return html`<div class="column">
      <div class="hero">
        <h1 class="display">${words.home.title}</h1>
        <p class="lead">${words.home.text}</p>
      </div>
      ${
        session && this.rooms
          ? html`${this.#welcome(session)} ${this.#lives(this.rooms)}`
          : html`<div class="waiting block" aria-hidden="true"></div>
              ${waitingCards(3)}`
      }
    </div>`;
  }

  #welcome(session: SiteSession): TemplateResult | typeof nothing {
    const { words } = this;
    if (!session.person && session.demo) return html`<site-sign-in demo .people=${this.people}></site-sign-in>`;
    if (session.person?.role !== 'creator') return nothing;
    return html`<div class="card own">
      <p class="display" style="font-size: 1.25rem">${words.home.yours}</p>
      <wa-button variant="brand" href="/studio">${words.home.openStudio}</wa-button>
    </div>`;
  }

  #lives(rooms: ListedRoom[]): TemplateResult {
    const { words } = this;
    const live = rooms.filter((room) => room.status === 'live');
    const upcoming = rooms.filter((room) => room.status === 'scheduled');
    const context: CardWords = { words, texts: this.texts, language: this.language };
    const cards = (list: ListedRoom[]) => html`<div class="cards">${list.map((room) => roomCard(room, context))}</div>`;
    const isQuiet = rooms.length === 0;
    return html`
      <section aria-labelledby="live">
        <h2 id="live" class="display">${words.home.liveNow}</h2>
        ${
          live.length > 0
            ? cards(live)
            : html`<div class="nobody">
                <p class="display">${isQuiet ? words.home.nothing : words.home.nobody}</p>
                <p class="muted">${isQuiet ? words.home.nothingText : words.home.nobodyText}</p>
              </div>`
        }
      </section>
      ${
        upcoming.length > 0
          ? html`<section aria-labelledby="upcoming">
              <h2 id="upcoming" class="display">${words.home.upcoming}</h2>
              ${cards(upcoming)}
            </section>`
          : nothing
      }
    `;
  }

  /** A failed refresh leaves the list as it is. */
  #refresh = async (): Promise<void> => {
    if (document.hidden || !this.rooms) return;
    try {
      this.rooms = await siteApi.rooms();
    } catch {
      // The next refresh follows.
    }
  };
}

defineElement('site-home', SiteHome);
