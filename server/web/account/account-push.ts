/** `<account-push>`: which of one's browsers get messages about lives. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PushState } from '../../protocol/accounts/push.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';
import { pushSupport, subscribeHere, unsubscribeHere } from './push-here.ts';

type Device = PushState['devices'][number];

export class AccountPush extends AccountPart {
  static override properties = { ...AccountPart.properties, push: { state: true } };
  declare push: PushState | undefined;

  protected override async load(): Promise<void> {
    this.push = await call('GET /v1/me/push');
  }

  override render(): TemplateResult | typeof nothing {
    const { accountTexts: texts, push } = this;
    if (!push && !this.hasMessages) return nothing;
    return html`<section aria-labelledby="push">
      <h2 id="push" class="display">${texts.push}</h2>
      <p class="muted">${texts.pushText}</p>
      ${push?.devices.length ? html`<ul class="rows" data-testid="push-devices">${push.devices.map((device) => this.#row(device))}</ul>` : nothing}
      ${this.messages()} ${!push || push.devices.some(({ isCurrent }) => isCurrent) ? nothing : this.#here(push)}
    </section>`;
  }

  #here({ publicKey }: PushState): TemplateResult {
    const { accountTexts: texts } = this;
    const support = pushSupport();
    if (support !== 'ready') return html`<p data-testid="push-${support}">${texts.pushSupport[support]}</p>`;
    return html`<p class="buttons">
      ${button({
        label: texts.pushHere,
        testId: 'push-here',
        isOutlined: true,
        isBusy: this.busy === 'here',
        onClick: () => void this.#subscribe(publicKey),
      })}
    </p>`;
  }

  #row({ id, device, createdAt, isCurrent }: Device): TemplateResult {
    const { accountTexts: texts, language } = this;
    const name = device || texts.unknownDevice;
    return html`<li>
      <span class="what">
        <strong>${name}</strong>
        <span class="muted small"> · ${texts.since(formatMoment(createdAt, language))}</span>
        ${isCurrent ? html`<span class="state good">${texts.thisDevice}</span>` : nothing}
      </span>
      <button
        class="link"
        type="button"
        data-testid="push-off-${id}"
        aria-label=${texts.pushOffOf(name)}
        ?disabled=${this.busy !== ''}
        @click=${() => this.#unsubscribe(id, isCurrent)}
      >
        ${texts.pushOff}
      </button>
    </li>`;
  }

  async #subscribe(publicKey: string): Promise<void> {
    let isGranted = false;
    const isDone = await this.act('here', async () => {
      const push = await subscribeHere(publicKey);
      isGranted = push !== undefined;
      this.push = push ?? this.push;
    });
    if (isDone) this.note = isGranted ? this.accountTexts.pushOn : '';
    this.requestUpdate();
  }

  async #unsubscribe(id: string, isCurrent: boolean): Promise<void> {
    await this.act(id, async () => {
      this.push = await call('DELETE /v1/me/push/:device', { device: id });
      if (isCurrent) await unsubscribeHere();
    });
  }
}

defineElement('account-push', AccountPush);
