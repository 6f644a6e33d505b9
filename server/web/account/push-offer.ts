/** `<site-push-offer>`: after "Remind me", offers a message to this device too. Absent where it is one already. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PushState } from '../../protocol/accounts/push.ts';
import { call } from '../site/site-call.ts';

import '../texts/account-texts.ts';
import { AccountPart } from './account-part.ts';
import { pushSupport, subscribeHere } from './push-here.ts';

export class SitePushOffer extends AccountPart {
  static override properties = { ...AccountPart.properties, push: { state: true }, isOver: { state: true } };
  declare push: PushState | undefined;
  declare isOver: boolean;

  static override styles = [
    ...AccountPart.styles,
    css`
      aside {
        position: fixed;
        z-index: 5;
        inset: auto 0.75rem max(0.75rem, env(safe-area-inset-bottom));
        max-width: 30rem;
        margin-inline: auto;
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
        box-shadow: 0 0.5rem 2rem var(--_shade);
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8);
        margin-top: var(--_space-12);
      }
    `,
  ];

  constructor() {
    super();
    this.isOver = false;
  }

  protected override async load(): Promise<void> {
    // Without it the reminder comes by mail, so a failure is not worth a word.
    this.push = await call('GET /v1/me/push').catch(() => undefined);
  }

  override render(): TemplateResult | typeof nothing {
    const { push, isOver, accountTexts: texts } = this;
    const support = pushSupport();
    const isOffered = push && !isOver && !push.devices.some(({ isCurrent }) => isCurrent);
    if (!isOffered || (support !== 'ready' && support !== 'install')) return nothing;
    return html`<aside role="status" data-testid="push-offer">
      <p>${support === 'install' ? texts.pushSupport.install : texts.pushOffer}</p>
      ${this.messages()}
      <div class="row">
        ${
          support === 'ready'
            ? button({
                label: texts.pushHere,
                testId: 'push-offer-yes',
                isBusy: this.busy === 'here',
                onClick: () => void this.#subscribe(push.publicKey),
              })
            : nothing
        }
        ${button({ label: texts.pushLater, testId: 'push-offer-no', isOutlined: true, onClick: () => this.#close() })}
      </div>
    </aside>`;
  }

  async #subscribe(publicKey: string): Promise<void> {
    if (await this.act('here', () => subscribeHere(publicKey))) this.#close();
  }

  #close(): void {
    this.isOver = true;
  }
}

defineElement('site-push-offer', SitePushOffer);
