/** `<account-provider>`: the account at the house's OpenID provider, of operators and reviewers. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { OidcBinding, OwnOidc } from '../../protocol/accounts/oidc.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountProvider extends AccountPart {
  static override properties = { ...AccountPart.properties, own: { state: true } };
  declare own: OwnOidc | undefined;

  protected override async load(): Promise<void> {
    this.own = await call('GET /v1/me/oidc');
  }

  override render(): TemplateResult | typeof nothing {
    const { provider, bindings } = this.own ?? { provider: null, bindings: [] };
    const host = provider ?? bindings[0]?.provider;
    if (host === undefined && !this.hasMessages) return nothing;
    const { oidc: texts } = this.words.accounts;
    const mayAdd = provider !== null && !bindings.some((binding) => binding.provider === provider);
    return html`<section aria-labelledby="provider-title">
      <h2 id="provider-title" class="display">${texts.title}</h2>
      <p class="muted">${texts.text}</p>
      <ul class="rows" data-testid="oidc-bindings">
        ${bindings.map((binding) => this.#row(binding))}
      </ul>
      ${this.messages()}
      ${
        mayAdd
          ? html`<p class="buttons">${button({
              ...{ label: texts.continueWith(provider), testId: 'oidc-add', isOutlined: true },
              ...{ isBusy: this.busy === 'add', onClick: this.#add },
            })}</p>`
          : nothing
      }
    </section>`;
  }

  #row({ id, provider, createdAt, lastUsedAt }: OidcBinding): TemplateResult {
    const { oidc: texts, passkeys } = this.words.accounts;
    const facts = [
      texts.added(formatMoment(createdAt, this.language)),
      lastUsedAt === null ? texts.neverUsed : passkeys.lastUsed(formatMoment(lastUsedAt, this.language)),
    ];
    return html`<li>
      <span class="what"><strong>${provider}</strong><span class="muted small"> · ${facts.join(' · ')}</span></span>
      <button
        class="link"
        type="button"
        data-testid="oidc-remove"
        aria-label=${passkeys.removeOf(provider)}
        ?disabled=${this.busy !== ''}
        @click=${() => this.#remove(id)}
      >
        ${passkeys.remove}
      </button>
    </li>`;
  }

  #add = (): void => {
    void this.act('add', async () => {
      location.assign((await call('POST /site/oidc', { purpose: 'enrol', returnTo: '/account' })).url);
    });
  };

  #remove(id: string): void {
    void this.act('remove', async () => {
      await call('DELETE /v1/me/oidc/:binding', { binding: id });
      await this.reload();
      this.note = this.words.accounts.oidc.isRemoved;
    });
  }
}

defineElement('account-provider', AccountProvider);
