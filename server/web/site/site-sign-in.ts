/** `<site-sign-in>`: the demo sign-in, in development only. Fires `site-signed-in` with the new session. */

import type { TemplateResult } from 'lit';
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
    people: { attribute: false },
  };
  declare heading: string;
  declare text: string;
  /** Of the demo; undefined in production. */
  declare people: SitePerson[] | undefined;

  static override styles = [...LogeElement.styles, plainControlStyles, signInStyles];

  constructor() {
    super();
    this.heading = '';
    this.text = '';
  }

  override render(): TemplateResult {
    const { people, heading, text, problem } = this;
    return signInContent({
      words: siteTexts(this.language).signIn,
      people,
      heading,
      text,
      problem,
      signIn: (identity) => void this.#signIn(identity),
    });
  }

  async #signIn(identity: string): Promise<void> {
    await this.act(identity, async () => this.emit('site-signed-in', await siteApi.demoSignIn(identity)));
  }
}

defineElement('site-sign-in', SiteSignIn);
