/** `<earnings-account>`: the state of a creator's account at the payment provider, and the way to set it up. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CreatorAccount } from '../../protocol/money/payouts.ts';
import { call } from '../site/site-call.ts';

import { SitePart } from '../site/site-part.ts';

const LOOK = { none: 'open', pending: 'open', enabled: 'good', restricted: 'bad' } as const;
/** Query parameter of the return from the provider. */
const RETURN = 'onboarding';

export class EarningsAccount extends SitePart {
  static override properties = {
    ...SitePart.properties,
    account: { attribute: false },
    isHeld: { attribute: false },
  };
  declare account: CreatorAccount;
  /** The house has put payouts on hold: the details may be right, but nothing is paid. */
  declare isHeld: boolean;
  readonly #isBack = takeReturn();

  static override styles = [
    ...SitePart.styles,
    css`
      section {
        margin-top: 0;
      }

      p + p {
        margin-top: var(--_space-8);
      }

      .what {
        font: var(--_type-20);
      }

      wa-button {
        margin-top: var(--_space-16);
      }
    `,
  ];

  override render(): TemplateResult {
    const { words, account } = this;
    const { status } = account;
    const texts = words.earnings.account;
    const isOpen = status !== 'enabled';
    return html`<section class="card" aria-labelledby="account" data-testid="account-${status}">
      <h2 id="account" class="visually-hidden">${texts.title}</h2>
      ${this.#isBack ? html`<wa-callout variant="neutral" role="status">${texts.back}</wa-callout>` : nothing}
      <p class="what display"><span class="${LOOK[status]}-mark">${icon(status === 'enabled' ? 'check' : 'warning', 22)}</span> ${status === 'enabled' && this.isHeld ? texts.enabledHeld : texts[status]}</p>
      <p class="muted small">${texts[`${status}Text`]}</p>
      ${
        isOpen && account.requirements.length > 0
          ? html`<p class="small">${texts.asked(account.requirements.length)}</p>`
          : nothing
      }
      <wa-button
        variant="neutral"
        appearance=${isOpen ? 'accent' : 'outlined'}
        size=${isOpen ? 'm' : 's'}
        data-testid="onboarding"
        ?loading=${this.busy === 'begin'}
        @click=${this.#begin}
        >${texts[`${status}Act`]}</wa-button
      >
      ${this.messages()}
    </section>`;
  }

  #begin = async (): Promise<void> => {
    await this.act('begin', async () => {
      const { onboardingUrl } = await call('POST /v1/earnings/onboarding', {
        returnUrl: location.origin + location.pathname,
      });
      location.assign(onboardingUrl);
    });
  };
}

/** Whether the URL says that the person returns from the provider; removes the parameter. */
function takeReturn(): boolean {
  const url = new URL(location.href);
  if (!url.searchParams.has(RETURN)) return false;
  url.searchParams.delete(RETURN);
  history.replaceState(history.state, '', url.href);
  return true;
}

defineElement('earnings-account', EarningsAccount);
