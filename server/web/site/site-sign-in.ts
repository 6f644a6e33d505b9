/** `<site-sign-in>`: the demo sign-in, in development only. Fires `site-signed-in` with the new session. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SitePerson } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import { signInContent, signInStyles } from './sign-in-content.ts';
import { siteTexts } from './site-language.ts';

export class SiteSignIn extends LogeElement {
  static override properties = {
    heading: {},
    text: {},
    demo: { type: Boolean },
    people: { attribute: false },
  };
  declare heading: string;
  declare text: string;
  /** Whether this house has demo people. */
  declare demo: boolean;
  /** The demo people; loaded if the page does not give them. */
  declare people: SitePerson[] | undefined;

  static override styles = [...LogeElement.styles, plainControlStyles, signInStyles];

  constructor() {
    super();
    this.heading = '';
    this.text = '';
    this.demo = false;
  }

  protected override firstUpdated(): void {
    if (this.demo && !this.people) void this.#load();
  }

  override render(): TemplateResult {
    const { demo, people, heading, text, problem, busy } = this;
    // An empty panel of about the final size until the people are loaded.
    if (demo && !people && !problem) return html`<div class="panel" style="min-height: 12rem"></div>`;
    return signInContent({
      words: siteTexts(this.language).signIn,
      demo,
      people: people ?? [],
      heading,
      text,
      problem,
      isBusy: busy !== '',
      signIn: (identity) => void this.#signIn(identity),
    });
  }

  async #load(): Promise<void> {
    try {
      this.people = await siteApi.demoPeople();
    } catch (error) {
      this.problem = this.wordsFor(error);
    }
  }

  async #signIn(identity: string): Promise<void> {
    await this.act(identity, async () => this.emit('site-signed-in', await siteApi.demoSignIn(identity)));
  }
}

defineElement('site-sign-in', SiteSignIn);
