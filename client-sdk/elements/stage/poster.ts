/**
 * The picture of a room: its poster, or a theatre curtain whose folds and light derive from the room's id. Whoever
 * shows it reserves its place.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { Picture } from '../../../server/protocol/pictures.ts';

/** A stable FNV-1a hash of the id, so that a room always has the same curtain. */
function seedOf(text: string): number {
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

export const posterStyles = css`
  .poster {
    position: absolute;
    inset: 0;
    overflow: hidden;
    display: grid;
    place-items: center;
    background-color: #1a0d12;
    background-image:
      radial-gradient(ellipse 62% 86% at var(--poster-light) 108%, rgb(255 176 112 / 0.42), transparent 68%),
      linear-gradient(180deg, rgb(10 4 7 / 0.72), transparent 34%, transparent 62%, rgb(10 4 7 / 0.66)),
      repeating-linear-gradient(
        90deg,
        hsl(var(--poster-hue) 46% 10%) 0,
        hsl(var(--poster-hue) 48% 24%) calc(var(--poster-fold) * 0.42),
        hsl(var(--poster-hue) 50% 29%) calc(var(--poster-fold) * 0.54),
        hsl(var(--poster-hue) 46% 10%) var(--poster-fold)
      );
    /* Screen blending adds the light to the red; normal blending would turn it olive. */
    background-blend-mode: screen, normal, normal;
  }

  .poster img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }

  .poster .initials {
    font-family: var(--_font-display);
    font-size: clamp(2.2rem, 20cqmin, 6rem);
    line-height: 1;
    color: #fff5e6;
    letter-spacing: 0.04em;
    opacity: 0.92;
    text-shadow: 0 2px 26px rgb(0 0 0 / 0.7);
  }
`;

/** Decorative and hidden from screen readers. The middle size is sharp in a lobby, and small enough for a list. */
export function poster(id: string, name: string, picture?: Picture, loading?: 'lazy'): TemplateResult {
  const seed = seedOf(id);
  const look = {
    '--poster-hue': String(338 + (seed % 5) * 8),
    '--poster-fold': `${9 + (seed % 4) * 1.6}%`,
    '--poster-light': `${22 + (seed % 57)}%`,
  };
  return html`<div class="poster" aria-hidden="true" style=${styleMap(look)}>${picture ? html`<img src=${picture[1]?.path ?? nothing} loading=${loading ?? nothing} alt="" />` : html`<span class="initials">${initialsOf(name)}</span>`}</div>`;
}
