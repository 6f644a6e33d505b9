/** Base of the parts of desk and review: dense rows, and whom an id means. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { initialsOf } from '../../../client-sdk/elements/stage/poster.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import type { DeskActView } from '../../protocol/money/desk.ts';
import { PagePart } from '../site/page-part.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

export abstract class DeskPart<Data = undefined> extends PagePart<Data> {
  static override styles = [
    ...PagePart.styles,
    css`
      :host {
        display: block;
        font: var(--_type-14);
      }

      h1 {
        margin-block: var(--_space-8);
        font: var(--_title-28);
      }

      h3 {
        font: var(--_strong-16);
      }

      section > h2 {
        margin-bottom: var(--_space-8);
      }

      p + .rows {
        margin-top: var(--_space-8);
      }

      section > p:not(:last-child) {
        margin-bottom: var(--_space-12);
      }

      .person {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--_space-8);
        vertical-align: middle;
      }

      .face {
        display: grid;
        flex: none;
        place-items: center;
        width: 1.5rem;
        height: 1.5rem;
        border-radius: var(--_radius-full);
        background: var(--_chosen);
        color: var(--_text);
        font: var(--_strong-12);
        object-fit: cover;
      }

      /* One press chooses all of it, to be copied. */
      code {
        color: var(--_muted);
        user-select: all;
      }

      .rows > .opens {
        position: relative;
        margin-inline: calc(-1 * var(--_space-8));
        padding-inline: var(--_space-8);
      }

      .opens strong a {
        text-decoration: none;
      }

      .opens strong a::after {
        content: '';
        position: absolute;
        inset: 0;
        border-radius: var(--_radius-small);
      }

      .opens strong a:focus-visible {
        box-shadow: none;
      }

      .opens strong a:focus-visible::after {
        box-shadow: inset 0 0 0 2px var(--_accent);
      }

      .opens:hover {
        background: var(--_surface);
      }

      .words {
        max-width: 44rem;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }

      .figures .amount {
        font: var(--_title-20);
      }

      .facts {
        grid-template-columns: fit-content(50%) minmax(0, 1fr);
        max-width: 44rem;
      }

      .facts dt {
        color: var(--_muted);
      }

      .facts dd {
        text-align: start;
      }

      .amounts .facts {
        grid-template-columns: minmax(0, 1fr) auto;
      }

      .amounts .facts dd {
        text-align: end;
      }

      summary {
        padding-block: var(--_space-8);
        cursor: pointer;
      }

      pre {
        max-height: 24rem;
        overflow: auto;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
        font: var(--_code-14);
      }

      @media (min-width: 900px) {
        .rows > li {
          align-items: center;
          min-height: 2.5rem;
          padding-block: 0;
        }

        .rows .what {
          display: flex;
          flex-wrap: wrap;
          gap: 0 var(--_space-16);
          align-items: center;
          padding-block: var(--_space-4);
        }

        .rows .what > p:has(.words, details) {
          flex: 1 0 100%;
        }

        .rows > li:has(.words, details) {
          align-items: start;
          padding-block: var(--_space-8);
        }
      }
    `,
  ];

  protected override readonly hasMessagesFirst: boolean = true;
  /** Whom the ids of the last answer mean. */
  #people = new Map<string, CreatorCard>();

  protected get desk(): SiteTexts['desk'] {
    return this.words.desk;
  }

  /** Keeps whom an answer names. */
  protected know<Answer extends { people?: readonly CreatorCard[] | undefined }>(answer: Answer): Answer {
    for (const card of answer.people ?? []) this.#people.set(card.identity, card);
    return answer;
  }

  protected nameOf(identity: string): string {
    return this.#people.get(identity)?.name ?? identity;
  }

  /** Whom an id means: portrait or initials, the name, and the id to copy; the id alone where that is not known. */
  protected person(identity: string, href?: string): TemplateResult {
    const card = this.#people.get(identity);
    const name = card ? html`<bdi>${card.name}</bdi>` : html`<code>${identity}</code>`;
    const linked = href ? html`<a href=${href}>${name}</a>` : name;
    if (!card) return linked;
    const picture = card.picture?.[0];
    return html`<span class="person"
      >${picture ? html`<img class="face" src=${picture.path} alt="" width="24" height="24" loading="lazy" />` : html`<span class="face" aria-hidden="true">${initialsOf(card.name)}</span>`}
      ${linked} ${card.name === identity ? nothing : html`<code>${identity}</code>`}</span
    >`;
  }

  /** Why an operator did it. The reason of a role begins with the role's name on the wire. */
  protected reasonOf({ act, reason }: Pick<DeskActView, 'act' | 'reason'>): string | null {
    const roles: Record<string, string> = this.desk.people.roles;
    const [, role = '', why] = /^(\w+): (.*)$/.exec(reason ?? '') ?? [];
    const isOfRole = (act === 'role_given' || act === 'role_ended') && role in roles;
    return isOfRole ? `${roles[role]} · ${why}` : reason;
  }
}
