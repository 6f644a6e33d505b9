/** `<site-sign-in>`: the demo sign-in, in development only. Fires `site-signed-in` with the new session. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import { initialsOf } from '../../../client-sdk/elements/stage/poster.ts';
import type { SitePerson } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import { siteTexts } from './site-language.ts';

export class SiteSignIn extends LogeElement {
  static override properties = {
    heading: {},
    text: {},
    demo: { type: Boolean },
    people: { attribute: false },
    busy: { state: true },
    problem: { state: true },
  };
  declare heading: string;
  declare text: string;
  /** Whether this house has demo people. */
  declare demo: boolean;
  /** The demo people; loaded if the page does not give them. */
  declare people: SitePerson[] | undefined;
  declare busy: string;
  declare problem: string;

  static override styles = [
    ...LogeElement.styles,
    css`
      :host {
        display: block;
      }

      .panel {
        padding: 1.35rem 1.25rem 1.45rem;
        border: 1px solid color-mix(in oklab, var(--_accent) 34%, var(--_line));
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_accent) 5%, var(--_surface));
      }

      h2 {
        font-size: 1.4rem;
      }

      .panel > p {
        margin-top: 0.3rem;
        color: var(--_muted);
      }

      .groups {
        display: grid;
        gap: 1.1rem 2.25rem;
        margin-top: 1.15rem;
      }

      @media (min-width: 720px) {
        .groups {
          grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
        }
      }

      h3 {
        margin-bottom: 0.55rem;
        font-size: 0.9063rem;
        font-weight: 600;
        color: var(--_muted);
      }

      .people {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        min-height: 3rem;
      }

      .people button {
        display: inline-flex;
        align-items: center;
        gap: 0.6rem;
        height: 3rem;
        padding: 0 1.05rem 0 0.45rem;
        border: 1px solid var(--_line-strong);
        border-radius: 999px;
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
        opacity: 0.55;
      }

      .initials {
        display: grid;
        place-items: center;
        width: 2.1rem;
        height: 2.1rem;
        border-radius: 50%;
        background: var(--_raised);
        font-size: 0.8125rem;
      }

      .creator .initials {
        background: var(--_accent);
        color: var(--_on-accent);
      }

      wa-callout {
        margin-top: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    this.heading = '';
    this.text = '';
    this.demo = false;
    this.busy = '';
    this.problem = '';
  }

  protected override firstUpdated(): void {
    if (this.demo && !this.people) void this.#load();
  }

  override render(): TemplateResult {
    const words = siteTexts(this.language).signIn;
    if (!this.demo) return html`<div class="panel"><p>${words.production}</p></div>`;
    // An empty list of about the final size until the people are loaded.
    if (!this.people && !this.problem) return html`<div class="panel" style="min-height: 12rem"></div>`;
    return html`<section class="panel" aria-labelledby="heading" data-testid="sign-in">
      <h2 id="heading" class="display">${this.heading || words.title}</h2>
      <p>${this.text || words.text}</p>
      <div class="groups">
        ${this.#group(words.creators, 'creator', (person) => person.role === 'creator')}
        ${this.#group(words.fans, 'fan', (person) => person.role === 'fan' && !person.isOperator)}
        ${this.#group(words.house, 'house', (person) => person.isOperator === true)}
      </div>
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    </section>`;
  }

  #group(title: string, look: string, belongs: (person: SitePerson) => boolean): TemplateResult | typeof nothing {
    const people = this.people?.filter(belongs) ?? [];
    if (people.length === 0) return nothing;
    return html`<div>
      <h3>${title}</h3>
      <div class="people">
        ${people.map(
          (person) => html`<button
            type="button"
            class=${look}
            data-testid="sign-in-${person.identity}"
            ?disabled=${this.busy !== ''}
            @click=${() => this.#signIn(person.identity)}
          >
            <span class="initials" aria-hidden="true">${initialsOf(person.name)}</span>${person.name}
          </button>`,
        )}
      </div>
    </div>`;
  }

  async #load(): Promise<void> {
    try {
      this.people = await siteApi.demoPeople();
    } catch (error) {
      this.problem = this.wordsFor(error);
    }
  }

  async #signIn(identity: string): Promise<void> {
    this.busy = identity;
    this.problem = '';
    try {
      this.emit('site-signed-in', await siteApi.demoSignIn(identity));
    } catch (error) {
      this.problem = this.wordsFor(error);
    } finally {
      this.busy = '';
    }
  }
}

defineElement('site-sign-in', SiteSignIn);
