/**
 * The sign-in page: a mail address, then the code of the mail, whose link works in any browser; or a passkey;
 * or the house's OpenID provider.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { returnPathOf } from '../account/return-path.ts';
import { hasPasskeys, usePasskey } from '../passkeys/passkey-ceremonies.ts';
import { call } from '../site/site-call.ts';
import { SitePage } from '../site/site-page.ts';
import { formStyles } from '../styles/form-styles.ts';
import { ledgerStyles } from '../styles/ledger-styles.ts';
import '../texts/account-texts.ts';

export class SiteSignInPage extends SitePage {
  static override properties = { ...SitePage.properties, sent: { state: true } };
  /** Where the mail was sent, and for how long it is valid. */
  declare sent: { address: string; minutes: number } | undefined;
  protected readonly page = 'sign-in-page';

  static override styles = [
    ...SitePage.styles,
    ledgerStyles,
    formStyles,
    css`
      .staff {
        margin-top: var(--_space-32);
      }
    `,
  ];

  protected override content({ person, hasAccounts, openIdProvider }: SiteSession): TemplateResult {
    const { signIn } = this.words.accounts;
    if (person) {
      return html`<div class="column narrow">
        <h1 class="display">${signIn.title}</h1>
        <p class="lead">${signIn.already(person.name)}</p>
        <p class="buttons"><a class="button" href="/account">${this.words.site.yourAccount}</a></p>
      </div>`;
    }
    if (!hasAccounts) return html`<div class="column narrow">${this.signIn()}</div>`;
    return html`<div class="column narrow">
      <h1 class="display" tabindex="-1">${this.sent ? signIn.sent : signIn.title}</h1>
      ${this.sent ? this.#codeForm(this.sent) : this.#addressForm(openIdProvider)}
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="problem">${this.problem}</div>` : nothing}
    </div>`;
  }

  #addressForm(provider: string | null): TemplateResult {
    const { signIn } = this.words.accounts;
    return html`<p class="lead">${signIn.text}</p>
      <form class="card" @submit=${this.#ask}>
        <label class="field">
          <span>${signIn.address}</span>
          <input
            name="address"
            type="email"
            autocomplete="email"
            inputmode="email"
            required
            maxlength="254"
            data-testid="sign-in-address"
          />
        </label>
        ${this.#submit(signIn.send, 'sign-in-send')}
      </form>
      ${
        hasPasskeys()
          ? html`<p class="muted">${signIn.or}</p>
              <p class="buttons">
                ${button({ label: signIn.passkey, testId: 'sign-in-passkey', isOutlined: true, onClick: this.#usePasskey })}
              </p>`
          : nothing
      }
      ${
        provider
          ? html`<p class="staff muted">${signIn.staff}</p>
              <p class="buttons">
                ${button({
                  ...{ label: signIn.withProvider(provider), testId: 'sign-in-provider', isOutlined: true },
                  ...{ isBusy: this.busy === 'provider', onClick: this.#useProvider },
                })}
              </p>`
          : nothing
      }`;
  }

  #codeForm({ address, minutes }: { address: string; minutes: number }): TemplateResult {
    const { signIn } = this.words.accounts;
    return html`<p class="lead" role="status">${signIn.sentText(address, minutes)}</p>
      <form class="card" @submit=${this.#enter}>
        <label class="field">
          <span>${signIn.code}</span>
          <input
            class="code"
            name="code"
            inputmode="numeric"
            autocomplete="one-time-code"
            pattern="[0-9]+"
            minlength=${LIMITS.signInCodeDigits}
            maxlength=${LIMITS.signInCodeDigits}
            required
            data-testid="sign-in-code"
          />
        </label>
        ${this.#submit(signIn.confirm, 'sign-in-confirm')}
      </form>
      <p>
        <button class="link" type="button" data-testid="sign-in-other" @click=${() => this.#show(undefined)}>
          ${signIn.other}
        </button>
      </p>`;
  }

  #submit(label: string, testId: string): TemplateResult {
    return html`<button class="button" type="submit" data-testid=${testId} ?disabled=${this.busy !== ''}>${label}</button>`;
  }

  #usePasskey = (): void => {
    void this.act('passkey', async () => {
      await usePasskey();
      location.assign(returnPathOf(location.search) ?? '/');
    });
  };

  #useProvider = (): void => {
    const returnTo = returnPathOf(location.search);
    void this.act('provider', async () => {
      location.assign((await call('POST /site/oidc', { purpose: 'sign-in', returnTo })).url);
    });
  };

  #ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    const address = fieldOf(event, 'address');
    await this.act('ask', async () => {
      const { minutes } = await call('POST /site/sign-in', { address, returnTo: returnPathOf(location.search) });
      await this.#show({ address, minutes });
    });
  };

  protected override wordsFor(error: unknown): string {
    const isRefused = !this.sent && error instanceof LogeError && error.code === 'invalid_request';
    return isRefused ? this.words.accounts.signIn.notWhole : super.wordsFor(error);
  }

  #enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    const code = fieldOf(event, 'code');
    await this.act('enter', async () => location.assign((await call('POST /site/sign-in/code', { code })).returnTo));
  };

  /** Moves the focus to the next field. */
  async #show(sent: { address: string; minutes: number } | undefined): Promise<void> {
    this.problem = '';
    this.sent = sent;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('form input')?.focus();
  }
}

function fieldOf({ target }: Event, name: string): string {
  return String(new FormData(target as HTMLFormElement).get(name) ?? '').trim();
}

defineElement('site-sign-in-page', SiteSignInPage);
