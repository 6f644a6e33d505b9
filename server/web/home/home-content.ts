/** What the home page shows: the sign-in of a visitor, the studio of a creator, live rooms and upcoming ones. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { SitePerson } from '../api/site-api.ts';
import type { CardContext, CardRoom } from '../rooms/room-card.ts';
import { roomCard, roomCardStyles } from '../rooms/room-card.ts';

export const homeStyles = [
  ...roomCardStyles,
  css`
    .hero {
      margin-bottom: 2rem;
    }

    .hero h1 {
      font-size: clamp(2.6rem, 10vw, 4.6rem);
      line-height: 1.02;
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

export interface HomeContent {
  person: SitePerson | null;
  rooms: readonly CardRoom[];
  /** For a visitor of the demo; `nothing` elsewhere. */
  signIn: unknown;
  context: CardContext;
}

export function homeContent({ person, rooms, signIn, context }: HomeContent): TemplateResult {
  const { words } = context;
  return html`<div class="column">
    <div class="hero">
      <h1 class="display">${words.home.title}</h1>
      <p class="lead">${words.home.text}</p>
    </div>
    ${person ? nothing : signIn} ${person?.role === 'creator' ? ownStudio(context) : nothing} ${lives(rooms, context)}
  </div>`;
}

function ownStudio({ words }: CardContext): TemplateResult {
  return html`<div class="card own">
    <p class="display" style="font-size: 1.25rem">${words.home.yours}</p>
    <a class="button" href="/studio">${words.home.openStudio}</a>
  </div>`;
}

function lives(rooms: readonly CardRoom[], context: CardContext): TemplateResult {
  const { words } = context;
  const live = rooms.filter((room) => room.status === 'live');
  const upcoming = rooms.filter((room) => room.status === 'scheduled');
  const cards = (list: CardRoom[]) => html`<div class="cards">${list.map((room) => roomCard(room, context))}</div>`;
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
