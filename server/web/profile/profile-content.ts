/** What a creator's page shows: who they are, their lives, their club. The server renders it too. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { initialsOf } from '../../../client-sdk/elements/stage/poster.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import type { CreatorProfile } from '../../protocol/accounts/profiles.ts';
import type { Tier } from '../../protocol/money/memberships.ts';
import type { Picture } from '../../protocol/pictures.ts';
import type { CardContext, CardRoom } from '../rooms/room-card.ts';
import { roomCard, roomCardStyles } from '../rooms/room-card.ts';

export const portraitStyles = css`
  .portrait {
    display: grid;
    place-items: center;
    flex: none;
    width: var(--portrait-size, 8rem);
    aspect-ratio: 1;
    overflow: hidden;
    border: 1px solid var(--_line-strong);
    border-radius: 50%;
    background: var(--_raised);
    color: #fff5e6;
    font-family: var(--_font-display);
    font-size: calc(var(--portrait-size, 8rem) * 0.36);
  }

  .portrait img {
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
`;

export const profileStyles = [
  ...roomCardStyles,
  portraitStyles,
  css`
    .person {
      display: flex;
      flex-wrap: wrap;
      /* The picture may be painted before the text beside it has arrived. */
      align-items: start;
      gap: 1.25rem 1.75rem;
    }

    .person h1 {
      font-size: clamp(2.1rem, 7vw, 3.2rem);
      overflow-wrap: anywhere;
    }

    .who {
      flex: 1 1 14rem;
      min-width: 0;
    }

    /* As high as the button that follows with the script. */
    .follow {
      min-height: 2.75rem;
      margin-top: 0.9rem;
    }

    .about {
      max-width: 40rem;
      margin-top: 1.75rem;
      white-space: pre-line;
      overflow-wrap: anywhere;
    }

    .tiers {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr));
      gap: 1.35rem;
      margin: 0 0 1rem;
      padding: 0;
      list-style: none;
    }

    .tiers .line {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      align-items: baseline;
      gap: 0.25rem 1rem;
    }

    .tiers .price {
      color: var(--_accent);
      font-size: 1.25rem;
    }

    .tiers ul {
      margin: 0.75rem 0 0;
      padding-inline-start: 1.1rem;
      color: var(--_muted);
    }
  `,
];

/** What the server renders is without the numbers of viewers. */
export type ShownProfile = Omit<CreatorProfile, 'rooms'> & { rooms: readonly CardRoom[] };

/** In its place from the first byte on, so that nothing moves when it arrives. */
export function portrait(picture: Picture, name: string, { alt, size }: { alt: string; size: string }): TemplateResult {
  if (!picture) return html`<span class="portrait" aria-hidden="true">${initialsOf(name)}</span>`;
  const [, medium] = picture;
  const sources = picture.map(({ path, width }) => `${path} ${width}w`).join(', ');
  return html`<span class="portrait"
    ><img src=${medium?.path ?? ''} srcset=${sources} sizes=${size} width="256" height="256" alt=${alt} fetchpriority="high"
  /></span>`;
}

/** `follow` stands below the name. */
export function profileContent(profile: ShownProfile, context: CardContext, follow: unknown): TemplateResult {
  const { words } = context;
  const { name, handle, about, picture, rooms, tiers } = profile;
  return html`<div class="column">
    <div class="person">
      ${portrait(picture, name, { alt: words.profile.pictureOf(name), size: '8rem' })}
      <div class="who">
        <h1 class="display"><bdi>${name}</bdi></h1>
        <p class="muted">@${handle}</p>
        <div class="follow">${follow}</div>
      </div>
    </div>
    ${about ? html`<p class="about" dir="auto">${about}</p>` : nothing} ${lives(rooms, context)}
    ${tiers.length > 0 ? club(tiers, rooms, context) : nothing}
  </div>`;
}

function lives(rooms: readonly CardRoom[], context: CardContext): TemplateResult {
  const { profile } = context.words;
  return html`<section aria-labelledby="lives">
    <h2 id="lives" class="display">${profile.lives}</h2>
    ${
      rooms.length > 0
        ? html`<div class="cards">${rooms.map((room) => roomCard(room, context))}</div>`
        : html`<p class="muted">${profile.noLives}</p>`
    }
  </section>`;
}

function club(tiers: readonly Tier[], rooms: readonly CardRoom[], context: CardContext): TemplateResult {
  const { words, texts, language } = context;
  // A club is joined in a room, where the whole price is shown.
  const room = rooms.find(({ access }) => access.kind === 'members');
  return html`<section aria-labelledby="club" data-testid="club">
    <h2 id="club" class="display">${words.profile.club}</h2>
    <ul class="tiers">
      ${tiers.map(
        ({ name, priceMinor, currency, interval, perks }) => html`<li class="card">
          <div class="line">
            <strong>${name}</strong>
            <span class="price display">${texts.club.price(formatMoney(priceMinor, currency, language), interval)}</span>
          </div>
          ${perks.length > 0 ? html`<ul>${perks.map((perk) => html`<li>${perk}</li>`)}</ul>` : nothing}
        </li>`,
      )}
    </ul>
    <p class="muted">
      ${texts.club.terms} ${room ? html`<a href="/rooms/${room.id}">${words.profile.join}</a>` : words.profile.joinLater}
    </p>
  </section>`;
}
