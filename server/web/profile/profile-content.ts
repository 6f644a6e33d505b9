/** What a creator's page shows: who they are, their lives, their club. The server renders it too. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { tierCard, tierCardStyles } from '../../../client-sdk/elements/money/tier-card.ts';
import { initialsOf, poster } from '../../../client-sdk/elements/stage/poster.ts';
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
    width: 6rem;
    aspect-ratio: 1;
    overflow: hidden;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-full);
    background: var(--_raised);
    color: var(--_text);
    font: var(--_title-40);
  }

  .portrait img {
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
`;

export const profileStyles = [
  ...roomCardStyles,
  tierCardStyles,
  portraitStyles,
  css`
    .banner {
      position: relative;
      aspect-ratio: 3 / 1;
      overflow: hidden;
      border-radius: var(--_radius);
    }

    .person {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--_space-8) var(--_space-16);
      align-items: end;
      /* The portrait stands on the edge of the banner. */
      margin-top: calc(-1 * var(--_space-32));
    }

    .person .portrait {
      position: relative;
      margin-inline-start: var(--_space-16);
      border: 4px solid var(--_ground);
    }

    .person .follow {
      display: flex;
      flex-wrap: wrap;
      gap: var(--_space-8);
      order: 1;
      /* As high as the buttons that follow with the script. */
      min-height: var(--_control);
    }

    @media (min-width: 720px) {
      .person {
        grid-template-columns: auto minmax(0, 1fr);
      }

      .person .follow {
        order: 0;
        justify-content: end;
      }

      .person .who {
        grid-column: 1 / -1;
      }
    }

    .person h1 {
      font: var(--_title-page);
      overflow-wrap: anywhere;
    }

    .about {
      max-width: 40rem;
      margin-top: var(--_space-16);
      white-space: pre-line;
      overflow-wrap: anywhere;
    }

    .terms {
      margin-top: var(--_space-16);
      font: var(--_type-14);
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

/** `follow`: how to follow, or to edit one's own page. */
export function profileContent(profile: ShownProfile, context: CardContext, follow: unknown): TemplateResult {
  const { words } = context;
  const { identity, name, handle, about, picture, rooms, tiers } = profile;
  const pictured = rooms.find(({ poster: own }) => own) ?? {
    id: identity,
    title: name,
    poster: null,
    creator: profile,
  };
  return html`<div class="column">
    <div class="banner">${poster(pictured, { isBare: true })}</div>
    <div class="person">
      ${portrait(picture, name, { alt: words.profile.pictureOf(name), size: '6rem' })}
      <div class="follow">${follow} ${tiers.length > 0 ? html`<a class="button primary" href="#club">${words.profile.join}</a>` : nothing}</div>
      <div class="who">
        <h1 class="display"><bdi>${name}</bdi></h1>
        <p class="muted">@${handle}</p>
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
        ? html`<div class="cards">${rooms.map((room) => roomCard(room, context, { isOwnPage: true }))}</div>`
        : html`<p class="muted">${profile.noLives}</p>`
    }
  </section>`;
}

function club(tiers: readonly Tier[], rooms: readonly CardRoom[], context: CardContext): TemplateResult {
  const { words, texts, language } = context;
  // A club is joined in a room, where the whole price is shown.
  const room = rooms.find(({ access }) => access.kind === 'members');
  return html`<section id="club" aria-labelledby="club-title" data-testid="club">
    <h2 id="club-title" class="display">${words.profile.club}</h2>
    <ul class="tiers">
      ${tiers.map((tier) =>
        tierCard(tier, {
          price: texts.club.price(formatMoney(tier.priceMinor, tier.currency, language), tier.interval),
          act: room
            ? html`<a class="button outlined" href="/rooms/${room.id}">${words.profile.joinAs(tier.name)}</a>`
            : undefined,
        }),
      )}
    </ul>
    <p class="terms muted">${texts.club.terms} ${room ? nothing : words.profile.joinLater}</p>
  </section>`;
}
