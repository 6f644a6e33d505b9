/** `<account-follows>`: the creators whom one follows. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import { call } from '../site/site-call.ts';

import { AccountPart } from './account-part.ts';

export class AccountFollows extends AccountPart {
  static override properties = { ...AccountPart.properties, creators: { state: true } };
  declare creators: CreatorCard[];

  constructor() {
    super();
    this.creators = [];
  }

  protected override async load(): Promise<void> {
    this.creators = (await call('GET /v1/me/follows')).creators;
  }

  override render(): TemplateResult | typeof nothing {
    const { accountTexts: texts, creators } = this;
    if (creators.length === 0 && !this.hasMessages) return nothing;
    return html`<section aria-labelledby="follows">
      <h2 id="follows" class="display">${texts.follows}</h2>
      <p class="muted">${texts.followsText}</p>
      <ul class="rows" data-testid="follows">
        ${creators.map((creator) => this.#row(creator))}
      </ul>
      ${this.messages()}
    </section>`;
  }

  #row({ identity, name, handle }: CreatorCard): TemplateResult {
    const { accountTexts: texts } = this;
    return html`<li>
      <span class="what"><strong>${handle ? html`<a href="/c/${handle}"><bdi>${name}</bdi></a>` : html`<bdi>${name}</bdi>`}</strong></span>
      <button
        class="link"
        type="button"
        aria-label=${texts.unfollowName(name)}
        ?disabled=${this.busy !== ''}
        @click=${() => this.#unfollow(identity, name)}
      >
        ${texts.unfollow}
      </button>
    </li>`;
  }

  async #unfollow(identity: string, name: string): Promise<void> {
    const isDone = await this.act(identity, async () => {
      await call('DELETE /v1/me/follows/:creator', { creator: identity });
      await this.reload();
    });
    if (isDone) this.note = this.accountTexts.unfollowed(name);
  }
}

defineElement('account-follows', AccountFollows);
