/**
 * What a visitor sees where somebody has to be signed in: the way to the sign-in page, in development also the people
 * of the demo as buttons, and in a house that only embeds what to do instead.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { initialsOf } from '../../../client-sdk/elements/stage/poster.ts';
import type { DemoPerson } from '../../protocol/site.ts';

import type { SiteTexts } from '../texts/site-texts.ts';

export const signInStyles = css`
  :host {
    display: block;
  }

  .panel {
    padding: var(--_space-24) var(--_space-16) var(--_space-24);
    border: 1px solid color-mix(in oklab, var(--_accent) 34%, var(--_line));
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_accent) 5%, var(--_surface));
  }

  h2 {
    font: var(--_title-20);
  }

  .panel > p {
    margin-top: var(--_space-4);
    color: var(--_muted);
  }

  .groups {
    display: grid;
    gap: var(--_space-16) var(--_space-32);
    margin-top: var(--_space-16);
  }

  @media (min-width: 720px) {
    .groups {
      /* Not auto-fit: the columns would become narrower when the third group arrives. */
      grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));
    }
  }

  h3 {
    margin-bottom: var(--_space-8);
    font: var(--_strong-14);
    color: var(--_muted);
  }

  .people {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
    min-height: 3rem;
  }

  .people button {
    display: inline-flex;
    align-items: center;
    gap: var(--_space-8);
    height: 3rem;
    padding: 0 var(--_space-16) 0 var(--_space-8);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-full);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }

  .people button:hover {
    border-color: var(--_accent);
  }

  .people button:disabled {
    cursor: progress;
  }

  .initials {
    display: grid;
    place-items: center;
    width: 2.1rem;
    height: 2.1rem;
    border-radius: var(--_radius-full);
    background: var(--_raised);
    font: var(--_type-14);
  }

  .panel .button {
    margin-top: var(--_space-16);
  }

  .creator .initials {
    background: var(--_primary);
    color: var(--_on-primary);
  }

`;

export interface SignInContent {
  words: SiteTexts['signIn'];
  /** Of the demo; undefined in production. */
  people: readonly DemoPerson[] | undefined;
  /** Of the sign-in page; undefined in a house that only embeds. */
  path: string | undefined;
  heading?: string;
  text?: string;
  problem?: string;
  /** Absent on the server. */
  signIn?: (identity: string) => void;
}

export function signInContent(content: SignInContent): TemplateResult {
  const { words, people, path, heading, text, problem } = content;
  const toSignIn =
    path === undefined ? nothing : html`<a class="button outlined" href=${path}>${words.withAccount}</a>`;
  if (!people) {
    if (path === undefined) return html`<div class="panel"><p>${words.production}</p></div>`;
    return html`<section class="panel" aria-labelledby="heading">
      <h2 id="heading" class="display">${words.needed}</h2>
      ${toSignIn}
    </section>`;
  }
  const groupOf = (title: string, look: string, belongs: (person: DemoPerson) => boolean) =>
    group(content, { title, look, people: people.filter(belongs) });
  return html`<section class="panel" aria-labelledby="heading" data-testid="sign-in">
    <h2 id="heading" class="display">${heading || words.title}</h2>
    <p>${text || words.text}</p>
    <div class="groups">
      ${groupOf(words.creators, 'creator', (person) => person.role === 'creator')}
      ${groupOf(words.fans, 'fan', (person) => person.role === 'fan' && !isOfHouse(person))}
      ${groupOf(words.house, 'house', isOfHouse)}
    </div>
    ${toSignIn} ${problem ? html`<div class="callout danger" role="alert">${problem}</div>` : nothing}
  </section>`;
}

function isOfHouse({ isOperator = false, isReviewer = false }: DemoPerson): boolean {
  return isOperator || isReviewer;
}

/** Without `signIn`, as on the server, the buttons are disabled: a press before the script runs would be lost. */
function group(
  { signIn }: SignInContent,
  { title, look, people }: { title: string; look: string; people: DemoPerson[] },
): TemplateResult | typeof nothing {
  if (people.length === 0) return nothing;
  return html`<div>
    <h3>${title}</h3>
    <div class="people">
      ${people.map(
        ({ identity, name }) => html`<button
          type="button"
          class=${look}
          data-testid="sign-in-${identity}"
          ?disabled=${!signIn}
          @click=${signIn && (() => signIn(identity))}
        >
          <span class="initials" aria-hidden="true">${initialsOf(name)}</span>${name}
        </button>`,
      )}
    </div>
  </div>`;
}
