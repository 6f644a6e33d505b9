/**
 * `<passkey-confirm>`: asks for a passkey before a dangerous act. A person without one adds one here, which confirms
 * as well. Who has an account at the house's OpenID provider can sign in there again, and comes back to the page.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { button, plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import { returnPathHere } from '../account/return-path.ts';
import { callOnce } from '../site/route-call.ts';

import { siteTexts } from '../texts/site-texts.ts';
import '../texts/account-texts.ts';
import { addPasskey, hasPasskeys, PasskeyExists, usePasskey } from './passkey-ceremonies.ts';

type Step = 'use' | 'add' | 'sign-in' | 'unsupported' | 'provider';

class PasskeyConfirm extends LogeElement {
  static override properties = { ...LogeElement.properties, step: { state: true }, provider: { state: true } };
  declare step: Step | undefined;
  /** Host of the provider at which the person has an account. */
  declare provider: string | undefined;
  #answer: ((isConfirmed: boolean) => void) | undefined;

  static override styles = [
    plainControlStyles,
    css`
      dialog {
        width: min(28rem, calc(100vw - 2rem));
        box-sizing: border-box;
        padding: var(--_space-24);
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
        color: var(--_text);
        font: inherit;
      }

      dialog::backdrop {
        background: var(--_shade);
      }

      h2 {
        margin: 0;
        font: var(--_title-20);
      }

      p {
        margin: var(--_space-8) 0 0;
        color: var(--_muted);
      }

      .callout {
        margin-top: var(--_space-16);
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-12);
        margin-top: var(--_space-24);
      }
    `,
  ];

  /** Resolves to whether the session is confirmed now. */
  async ask(): Promise<boolean> {
    const [{ passkeys }, { provider, bindings }] = await Promise.all([
      callOnce('GET /v1/me/passkeys'),
      callOnce('GET /v1/me/oidc'),
    ]);
    this.provider = bindings.find((binding) => binding.provider === provider)?.provider;
    if (hasPasskeys() && passkeys.length > 0) this.step = 'use';
    else if (this.provider) this.step = 'provider';
    else this.step = hasPasskeys() ? 'add' : 'unsupported';
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { step, provider } = this;
    if (!step) return nothing;
    const texts = siteTexts(this.language).accounts.confirm;
    return html`<dialog aria-labelledby="title" data-testid="passkey-confirm" @close=${() => this.#finish(false)}>
      <h2 id="title">${texts.title}</h2>
      <p>${step === 'provider' ? texts.atProvider(provider ?? '') : texts.texts[step]}</p>
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="problem">${this.problem}</div>` : nothing}
      <div class="buttons">
        ${step === 'unsupported' || step === 'provider' ? nothing : this.#act(step, texts.acts[step])}
        ${provider ? this.#act('provider', siteTexts(this.language).accounts.oidc.continueWith(provider)) : nothing}
        ${button({ label: texts.cancel, testId: 'confirm-cancel', isOutlined: true, onClick: () => this.#finish(false) })}
      </div>
    </dialog>`;
  }

  #act(step: Exclude<Step, 'unsupported'>, label: string): TemplateResult {
    const isBusy = this.busy !== '';
    return button({
      label,
      testId: `confirm-${step}`,
      isBusy,
      isOutlined: step === 'provider' && this.step !== 'provider',
      onClick: () => void this.act(step, () => this.#run(step)),
    });
  }

  async #run(step: Exclude<Step, 'unsupported'>): Promise<void> {
    if (step === 'provider') {
      const { url } = await callOnce('POST /site/oidc', { purpose: 'confirm', returnTo: returnPathHere() });
      return location.assign(url);
    }
    if (step === 'sign-in') {
      await callOnce('POST /site/sign-out');
      location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    try {
      await (step === 'use' ? usePasskey() : addPasskey());
    } catch (error) {
      if (!(error instanceof LogeError && error.code === 'sign_in_again')) throw error;
      this.step = 'sign-in';
      return;
    }
    this.#finish(true);
  }

  protected override wordsFor(error: unknown): string {
    return error instanceof PasskeyExists ? siteTexts(this.language).accounts.passkeys.exists : super.wordsFor(error);
  }

  #finish(isConfirmed: boolean): void {
    this.#answer?.(isConfirmed);
    this.#answer = undefined;
    this.remove();
  }
}

defineElement('passkey-confirm', PasskeyConfirm);

let asking: Promise<boolean> | undefined;

/** Calls that wait at the same time share one question. */
export function confirmWithPasskey(): Promise<boolean> {
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}

async function ask(): Promise<boolean> {
  const element = new PasskeyConfirm();
  document.body.append(element);
  try {
    return await element.ask();
  } catch (error) {
    element.remove();
    throw error;
  }
}
