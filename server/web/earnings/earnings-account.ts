/** `<earnings-account>`: the state of a creator's account at the payment provider, and the way to set it up. */
import { css, html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsPage } from '../../protocol/money/payouts.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

const LOOK = { none: 'open', pending: 'open', enabled: 'good', restricted: 'bad' } as const;
/** Query parameter of the return from the provider. */
const RETURN = 'onboarding';

export class EarningsAccount extends PagePart<EarningsPage> {
  static override styles = [
    ...PagePart.styles,
    css`
      section {
        margin-top: 0;
      }

      section > h2 {
        margin-bottom: var(--_space-8);
      }
    `,
  ];
  readonly #isBack = takeReturn();

  /** Where the house has put payouts on hold, the details may be right, but nothing is paid. */
  protected override show({ account, freeze }: EarningsPage): unknown {
    const texts = this.words.earnings.account;
    const { status, requirements } = account;
    const isOpen = status !== 'enabled';
    return html`<section class="card" aria-labelledby="account" data-testid="account-${status}">
      <h2 id="account" class="display"><span class="${LOOK[status]}-mark">${icon(isOpen ? 'warning' : 'check', 22)}</span> ${freeze && !isOpen ? texts.enabledHeld : texts[status]}</h2>
      ${this.#isBack ? html`<p role="status">${texts.back}</p>` : nothing}
      <p class="muted small">${texts[`${status}Text`]}</p>
      ${isOpen && requirements.length > 0 ? html`<p class="small">${texts.asked(requirements.length)}</p>` : nothing}
      ${this.acts(account, [
        {
          label: texts[`${status}Act`],
          testId: () => 'onboarding',
          ...(isOpen && { look: 'filled' }),
          run: async () => {
            const returnUrl = location.origin + location.pathname;
            location.assign((await call('POST /v1/earnings/onboarding', { returnUrl })).onboardingUrl);
          },
        },
      ])}
    </section>`;
  }
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
