/** What the home page shows: the sign-in of a visitor, the studio of a creator, live rooms and upcoming ones. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import type { SitePerson } from '../../protocol/site.ts';

import type { CardContext, CardRoom } from '../rooms/room-card.ts';
import { roomCard, roomCardStyles, whenOfTicket } from '../rooms/room-card.ts';

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

    .held {
      display: grid;
      gap: 0.6rem;
      margin: 0;
      padding: 0;
      list-style: none;
    }

    .held a {
      color: inherit;
      text-decoration: none;
    }

    .held small {
      display: block;
    }
  `,
];

export interface HomeContent {
  person: SitePerson | null;
  rooms: readonly CardRoom[];
  /** Tickets of the signed-in person for lives that are on or to come. */
  held?: readonly OwnTicket[];
  /** For a visitor of the demo; `nothing` elsewhere. */
  signIn: unknown;
  context: CardContext;
}

export function homeContent({ person, rooms, held = [], signIn, context }: HomeContent): TemplateResult {
  const { words } = context;
  return html`<div class="column">
    <div class="hero">
      <h1 class="display">${words.home.title}</h1>
      <p class="lead">${words.home.text}</p>
    </div>
    ${person ? nothing : signIn} ${person?.role === 'creator' ? ownStudio(context) : nothing} ${heldTickets(held, context)} ${lives(rooms, context)}
  </div>`;
}

function ownStudio({ words }: CardContext): TemplateResult {
  return html`<div class="card own">
    <p class="display" style="font-size: 1.25rem">${words.home.yours}</p>
    <a class="button" href="/studio">${words.home.openStudio}</a>
  </div>`;
}

/** The tickets of the signed-in person, each a link to its room. */
function heldTickets(held: readonly OwnTicket[], context: CardContext): TemplateResult | typeof nothing {
  if (held.length === 0) return nothing;
  return html`<section aria-labelledby="held" data-testid="home-tickets">
    <h2 id="held" class="display">${context.words.home.held}</h2>
    <ul class="held">
      ${held.map(
        (ticket) => html`<li>
          <a class="card own" href="/rooms/${ticket.room}">
            <span><b><bdi>${ticket.title}</bdi></b><small class="muted"><bdi>${shownName({ name: ticket.creatorName }, context.texts)}</bdi></small></span>
            <span class="muted">${whenOfTicket(ticket, context)}</span>
          </a>
        </li>`,
      )}
    </ul>
  </section>`;
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
