/**
 * The picture of a room: its poster, or the creator's portrait in the tones of velvet, or its title on a lit curtain,
 * whose colour derives from the creator and whose folds and light derive from the room. The element that shows it
 * reserves its place.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../../server/protocol/rooms.ts';

/** What a picture is made of. */
export type PosterOf = Pick<Room, 'title' | 'poster'> & {
  id: string;
  portrait?: Room['portrait'];
  creator: { identity: string };
};

const FOLDS_PERCENT = [7.5, 9, 10.6, 12.4] as const;

/** A stable FNV-1a hash of the id, so that a room always has the same curtain, and a person the same tint. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  return hash >>> 0;
}

/** Initials of the first and the last word of a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toLocaleUpperCase();
}

/** Layers of `background-image`, from the top: for pages and for the pictures of shared links. */
export function curtain({ id, creator }: Pick<PosterOf, 'id' | 'creator'>): string {
  const seed = seedOf(id);
  const hue = 332 + (seedOf(creator.identity) % 10) * 4;
  const fold = FOLDS_PERCENT[seed % FOLDS_PERCENT.length] ?? 9;
  const light = 22 + ((seed >>> 4) % 57);
  const stops = [];
  for (let at = 0; at < 100; at += fold)
    stops.push(
      `hsl(${hue}, 46%, 9%) ${at.toFixed(1)}%`,
      `hsl(${hue}, 50%, 22%) ${(at + fold * 0.42).toFixed(1)}%`,
      `hsl(${hue}, 52%, 27%) ${(at + fold * 0.54).toFixed(1)}%`,
    );
  return [
    `radial-gradient(ellipse 70% 90% at ${light}% 112%, rgba(255, 176, 112, 0.55), rgba(255, 176, 112, 0) 70%)`,
    'linear-gradient(180deg, rgba(10, 4, 7, 0.7), rgba(10, 4, 7, 0) 38%, rgba(10, 4, 7, 0) 66%, rgba(10, 4, 7, 0.5))',
    `linear-gradient(90deg, ${stops.join(', ')})`,
  ].join(', ');
}

export const posterStyles = css`
  .poster {
    position: absolute;
    inset: 0;
    overflow: hidden;
    display: grid;
    place-items: center;
    padding: 12cqmin;
    background-color: var(--_stage);
    color: var(--_on-stage);
    text-align: center;
  }

  .poster[style] {
    background-color: var(--_cloth);
    background-blend-mode: normal, normal, luminosity;
  }

  .poster img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }

  /* From black over velvet to a pale red. */
  .poster.velvet {
    isolation: isolate;
    background-color: var(--_velvet);
  }

  .velvet img {
    object-position: 50% 30%;
    filter: grayscale(1) brightness(0.75);
    mix-blend-mode: hard-light;
  }

  .poster .title {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    font: var(--_title-20);
    text-shadow: 0 2px 24px var(--_stage);
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  @container (min-width: 22rem) {
    .poster .title {
      font: var(--_title-28);
    }
  }

  @container (min-width: 40rem) {
    .poster .title {
      font: var(--_title-40);
    }
  }
`;

/**
 * Decorative and hidden from screen readers. The middle size is sharp in a lobby, and small enough for a list.
 * `isBare`: without the title, where it stands over the picture already.
 */
export function poster(
  room: PosterOf,
  { loading, isBare = false }: { loading?: 'lazy'; isBare?: boolean } = {},
): TemplateResult {
  const [, middle] = room.poster ?? [];
  const picture = middle ?? room.portrait?.at(-1);
  return picture
    ? html`<div class="poster ${middle ? '' : 'velvet'}" aria-hidden="true"><img src=${picture.path} loading=${loading ?? nothing} alt="" /></div>`
    : html`<div class="poster" aria-hidden="true" style="background-image: ${curtain(room)}">${isBare ? nothing : html`<span class="title">${room.title}</span>`}</div>`;
}
