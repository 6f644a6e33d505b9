/**
 * `<site-sign-in>`: the way to the sign-in page, and in development the demo sign-in. Fires `site-signed-in` with the
 * new session.
 */

import type { TemplateResult } from 'lit';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DemoPerson } from '../../protocol/site.ts';
import { siteTexts } from '../texts/site-texts.ts';
import { signInContent, signInStyles } from './sign-in-content.ts';
import { call } from './site-call.ts';

export class SiteSignIn extends LogeElement {
  static override properties = {
    heading: {},
    text: {},
    people: { attribute: false },
    path: { attribute: false },
  };
  declare heading: string;
  declare text: string;
  /** Of the demo; undefined in production. */
  declare people: DemoPerson[] | undefined;
  /** Of the sign-in page; undefined in a house that only embeds. */
  declare path: string | undefined;

  static override styles = [plainControlStyles, signInStyles];

  constructor() {
    super();
    this.heading = '';
    this.text = '';
  }

  override render(): TemplateResult {
    const { people, path, heading, text, problem } = this;
    return signInContent({
      words: siteTexts(this.language).signIn,
      people,
      path,
      heading,
      text,
      problem,
      signIn: (identity) => void this.#signIn(identity),
    });
  }

  async #signIn(identity: string): Promise<void> {
    await this.act(identity, async () =>
      this.emit('site-signed-in', await call('POST /site/demo-sign-in', { identity })),
    );
  }
}

defineElement('site-sign-in', SiteSignIn);
