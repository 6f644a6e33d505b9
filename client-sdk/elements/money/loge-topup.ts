/** `<loge-topup>`: the dialog of `<loge-wallet>` to top the wallet up. */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { SavedCard } from '../../../server/protocol/money/money.ts';
import type { Room } from '../../client/room.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import '../theme/web-awesome.ts';
import { returnUrlFor } from './checkout.ts';
import './topup-form.ts';
import type { TopupOrder } from './topup-form.ts';

export class LogeTopup extends withProperties(DialogPart, {
  /** Return URL of the payment page. Default: the current page. */
  returnUrl: undefined as string | undefined,
  /** Each new request opens the dialog. */
  wanted: undefined as { missingMinor: number } | undefined,
  cards: [] as readonly SavedCard[],
}) {
  static override styles = css`
    .text {
      margin-bottom: var(--_space-16);
      color: var(--_muted);
    }
  `;

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!changed.has('wanted') || !this.wanted || !this.room?.wallet.currency) return;
    this.open = true;
    void this.#loadCards(this.room);
  }

  /** If this fails, the payment page is used. */
  async #loadCards({ wallet }: Room): Promise<void> {
    this.cards = await wallet.cards().catch(() => this.cards);
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['walletChanged']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    const { currency, balanceMinor } = room?.wallet ?? {};
    if (!room || !currency || balanceMinor === undefined) return nothing;
    return this.dialog(
      texts.topup.title,
      html`<p class="text">${texts.topup.text} ${texts.topup.holds(this.money(balanceMinor))} ${this.#missing()}</p>
        <loge-topup-form
          currency=${currency}
          .balanceMinor=${balanceMinor}
          .cards=${this.cards}
          .wanted=${this.wanted}
          .order=${(order: TopupOrder) => this.#order(room, order)}
          @topup-done=${this.close}
        ></loge-topup-form>`,
    );
  }

  #missing(): string {
    const { missingMinor = 0 } = this.wanted ?? {};
    if (missingMinor <= 0 || missingMinor >= LIMITS.topupMinMinor) return '';
    return this.texts.topup.missing(this.money(missingMinor), this.money(LIMITS.topupMinMinor));
  }

  #order(room: Room, { card, ...rest }: TopupOrder) {
    const order = { ...rest, returnUrl: returnUrlFor('topup', this.returnUrl ?? location.href, room) };
    return card ? room.wallet.topUpByCard({ ...order, card }) : room.wallet.topUp(order);
  }
}

defineElement('loge-topup', LogeTopup);
