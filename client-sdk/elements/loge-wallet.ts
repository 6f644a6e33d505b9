/** `<loge-wallet>`: the balance, and a button that opens the top-up dialog, as `loge-topup-wanted` does too. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../client/room.ts';
import { icon } from './controls/icons.ts';
import type { LogePayingElement } from './public-elements.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';

export class LogeWallet
  extends withProperties(
    RoomPart,
    {
      /** Return URL of the payment page. Default: the current page. */
      returnUrl: undefined as string | undefined,
      /** The last request to open the dialog, which is loaded with the first one. */
      wanted: undefined as { missingMinor: number } | undefined,
    },
    { returnUrl: { attribute: 'return-url' } },
  )
  implements LogePayingElement
{
  static override styles = css`
    :host {
      display: inline-block;
    }

    .chip {
      display: inline-flex;
      align-items: center;
      gap: var(--_space-8);
      height: 2.75rem;
      padding-inline-start: var(--_space-12);
      border: 1px solid var(--_line);
      border-radius: var(--_radius-full);
      background: var(--_surface);
      font: var(--_type-14);
      white-space: nowrap;
    }

    .amount {
      min-width: 3.6em;
      font-weight: 600;
    }

    .chip button {
      display: grid;
      place-items: center;
      width: 2.75rem;
      height: 2.75rem;
      margin-inline: calc(-1 * var(--_space-8)) calc(-1 * var(--_space-4));
      /* The circle is smaller than what is pressed. */
      padding: var(--_space-8);
      border: 0;
      border-radius: var(--_radius-full);
      background: color-mix(in oklab, var(--_text) 14%, transparent) content-box;
      color: var(--_text);
      cursor: pointer;
    }
  `;

  /** Opens the dialog with the smallest preset that covers the missing amount. */
  show(missingMinor = 0): void {
    if (this.room?.wallet.currency) this.wanted = { missingMinor };
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['walletChanged']);
  }

  override render(): TemplateResult | typeof nothing {
    const wallet = this.room?.wallet;
    if (!wallet?.currency) return nothing;
    const { texts } = this;
    const amount = this.money(wallet.balanceMinor);
    return html`
      <div class="chip" part="chip">
        ${icon('wallet', 18)}
        <span class="amount" data-testid="wallet-balance" aria-label=${texts.wallet.balance(amount)} role="img">${amount}</span>
        <button type="button" data-testid="topup-open" aria-label=${texts.wallet.topUp} title=${texts.wallet.topUp} @click=${() => this.show()}>
          ${icon('plus', 16)}
        </button>
      </div>
      ${
        this.wanted
          ? html`<loge-topup .room=${this.room} .returnUrl=${this.returnUrl} .wanted=${this.wanted}></loge-topup>`
          : nothing
      }
    `;
  }
}

defineElement('loge-wallet', LogeWallet);
