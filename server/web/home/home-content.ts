/** What the home page shows: the sign-in of a visitor, the studio of a creator, live rooms and upcoming ones. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { whenOf } from '../../../client-sdk/elements/room/lobby-face.ts';
import { liveBadge, viewersBadge } from '../../../client-sdk/elements/stage/badges.ts';
import { poster } from '../../../client-sdk/elements/stage/poster.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import type { SitePerson } from '../../protocol/site.ts';

import type { CardContext, CardRoom } from '../rooms/room-card.ts';
import { priceOrSoldOut, roomCard, roomCardStyles, whenOfTicket } from '../rooms/room-card.ts';

export const homeStyles = [
  ...roomCardStyles,
  css`
    .slogan {
      margin-bottom: var(--_space-24);
    }

    .slogan h1 {
      font: var(--_title-40);
    }

    /* One live, or the next one, before all others. */
    .hero {
      position: relative;
      display: block;
      aspect-ratio: 4 / 3;
      overflow: hidden;
      border-radius: var(--_radius);
      background: var(--_stage);
      color: var(--_on-stage);
      /* Dark in both themes, with what stands on it. */
      color-scheme: dark;
      container-type: inline-size;
      text-decoration: none;
    }

    .hero .words {
      position: absolute;
      inset: auto 0 0;
      display: flex;
      flex-wrap: wrap;
      gap: var(--_space-12) var(--_space-24);
      align-items: end;
      justify-content: space-between;
      padding: var(--_space-72) var(--_card) var(--_card);
      background: linear-gradient(transparent, var(--_scrim) 45%);
    }

    .hero .words > div {
      flex: 1 1 14rem;
      min-width: 0;
    }

    .hero .badges {
      position: absolute;
      inset-block-start: var(--_card);
      inset-inline-start: var(--_card);
      display: flex;
      gap: var(--_space-8);
    }

    .hero h2 {
      font: var(--_title-page);
      text-wrap: balance;
      overflow-wrap: anywhere;
    }

    /* Room for the words in very large text. */
    @media (max-width: 18rem) {
      .hero {
        aspect-ratio: auto;
      }

      .hero .words {
        position: relative;
      }
    }

    @media (min-width: 720px) {
      .hero {
        aspect-ratio: 21 / 9;
      }
    }

    :is(.hero, .nobody) + * {
      margin-top: var(--_space-32);
    }

    .nobody {
      padding: var(--_space-48) var(--_space-16);
      border-radius: var(--_radius);
      background: var(--_surface);
      text-align: center;
    }

    .own {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--_space-16);
    }

    .held {
      display: grid;
      gap: var(--_space-8);
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
  const [first, ...others] = [
    ...rooms.filter(({ status }) => status === 'live'),
    ...rooms.filter(({ status }) => status === 'scheduled'),
  ];
  return html`<div class="column">
    ${
      person
        ? html`<h1 class="visually-hidden">${words.home.title}</h1>`
        : html`<div class="slogan">
            <h1 class="display">${words.home.title}</h1>
            <p class="lead">${words.home.text}</p>
          </div>`
    }
    ${first ? hero(first, context) : nobody(context)} ${person ? nothing : signIn}
    ${person?.role === 'creator' ? ownStudio(context) : nothing} ${heldTickets(held, context)} ${lives(others, context)}
  </div>`;
}

function hero(room: CardRoom, context: CardContext): TemplateResult {
  const { words, texts, language, formatDate } = context;
  const isLive = room.status === 'live';
  const price = priceOrSoldOut(room, context);
  const say = isLive ? words.home.enter : room.access.kind === 'ticket' && !room.soldOut && words.home.ticket;
  return html`<a class="hero" href="/rooms/${room.id}" data-testid="room-${room.id}">
    ${poster(room, { isBare: true })}
    <div class="badges">
      ${isLive ? liveBadge(texts) : html`<span class="badge">${whenOf({ info: room, isLive, texts, language, formatDate })}</span>`}
      ${isLive && room.viewerCount !== undefined ? viewersBadge(room.viewerCount, texts, language) : nothing}
    </div>
    <div class="words">
      <div>
        <h2 class="display">${room.title}</h2>
        <p>${words.home.with(shownName(room.creator, texts))}</p>
      </div>
      <span class="button ${isLive ? 'primary' : ''}">${say ? say(price) : price}</span>
    </div>
  </a>`;
}

function nobody({ words }: CardContext): TemplateResult {
  return html`<div class="nobody">
    <p class="display">${words.home.nothing}</p>
    <p class="muted">${words.home.nothingText}</p>
  </div>`;
}

function ownStudio({ words }: CardContext): TemplateResult {
  return html`<div class="card own">
    <p class="display">${words.home.yours}</p>
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
  const { home } = context.words;
  const section = (id: 'live' | 'upcoming', title: string, shown: readonly CardRoom[]) =>
    shown.length === 0
      ? nothing
      : html`<section aria-labelledby=${id}>
          <h2 id=${id} class="display">${title}</h2>
          <div class="cards">${shown.map((room) => roomCard(room, context))}</div>
        </section>`;
  const inState = (state: CardRoom['status']) => rooms.filter(({ status }) => status === state);
  return html`${section('live', home.liveNow, inState('live'))} ${section('upcoming', home.upcoming, inState('scheduled'))}`;
}
