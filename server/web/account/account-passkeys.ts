/** `<account-passkeys>`: passkeys of the person, to add, rename and remove. As an offer: the way to add alone. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { Passkey } from '../../protocol/accounts/passkeys.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { addPasskey, hasPasskeys, PasskeyExists } from '../passkeys/passkey-ceremonies.ts';
import { formatMoment } from '../site/dates.ts';
import { call, confirmed } from '../site/site-call.ts';
import { AccountPart, fieldsOf } from './account-part.ts';

export class AccountPasskeys extends AccountPart {
  static override properties = {
    ...AccountPart.properties,
    isOffer: { attribute: false },
    passkeys: { state: true },
    renamed: { state: true },
    isStale: { state: true },
  };
  /** Fires `passkey-added` when it was accepted. */
  declare isOffer: boolean;
  declare passkeys: Passkey[] | undefined;
  /** Id of the passkey whose name is being changed. */
  declare renamed: string;
  /** Whether one has to sign in again before a first passkey is accepted. */
  declare isStale: boolean;

  static override styles = [
    ...AccountPart.styles,
    css`
      .links {
        display: flex;
        gap: var(--_space-16);
      }
    `,
  ];

  constructor() {
    super();
    this.isOffer = false;
    this.renamed = '';
    this.isStale = false;
  }

  protected override async load(): Promise<void> {
    if (!this.isOffer) this.passkeys = (await call('GET /v1/me/passkeys')).passkeys;
  }

  override render(): TemplateResult {
    const { passkeys: texts } = this.words.accounts;
    if (this.isOffer) return html`<p class="buttons">${this.#add()}</p>${this.messages()}`;
    return html`<section id="passkeys" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title" class="display">${texts.title}</h2>
      <p class="muted">${texts.text}</p>
      ${this.passkeys?.length === 0 ? html`<p data-testid="no-passkeys">${texts.none}</p>` : nothing}
      <ul class="rows" data-testid="passkeys">
        ${this.passkeys?.map((passkey) => this.#row(passkey))}
      </ul>
      ${this.messages()}
      ${hasPasskeys() ? html`<p class="buttons">${this.#add()}</p>` : html`<p class="muted">${texts.unsupported}</p>`}
      ${this.passkeys?.length ? html`<p class="muted small">${texts.lost}</p>` : nothing}
    </section>`;
  }

  #add(): TemplateResult {
    const { passkeys: texts } = this.words.accounts;
    return this.isStale
      ? button({ label: texts.signInAgain, testId: 'sign-in-again', onClick: this.#signInAgain })
      : button({
          ...{ label: texts.add, testId: 'passkey-add', isOutlined: !this.isOffer, isBusy: this.busy === 'add' },
          onClick: () => void this.act('add', () => this.#addOne()),
        });
  }

  #row({ id, name, createdAt, lastUsedAt, isSynced }: Passkey): TemplateResult {
    const { passkeys: texts } = this.words.accounts;
    const { language } = this;
    if (id === this.renamed) return html`<li>${this.#renameForm(id, name)}</li>`;
    const facts = [
      texts.added(formatMoment(createdAt, language)),
      lastUsedAt === null ? texts.neverUsed : texts.lastUsed(formatMoment(lastUsedAt, language)),
      ...(isSynced ? [texts.synced] : []),
    ];
    return html`<li>
      <span class="what"><strong>${name}</strong><span class="muted small"> · ${facts.join(' · ')}</span></span>
      <span class="links">
        ${this.#link(texts.rename, { label: texts.renameOf(name), testId: 'passkey-rename', act: () => this.#rename(id) })}
        ${this.#link(texts.remove, { label: texts.removeOf(name), testId: 'passkey-remove', act: () => this.#remove(id) })}
      </span>
    </li>`;
  }

  #link(text: string, { label, testId, act }: { label: string; testId: string; act: () => void }): TemplateResult {
    return html`<button class="link" type="button" data-testid=${testId} aria-label=${label} ?disabled=${this.busy !== ''} @click=${act}>
      ${text}
    </button>`;
  }

  #renameForm(id: string, name: string): TemplateResult {
    const { passkeys: texts } = this.words.accounts;
    return html`<form @submit=${(event: Event) => this.#saveName(event, id)}>
      <label class="field">
        <span>${texts.name}</span>
        <input name="name" required maxlength=${LIMITS.passkeyNameChars} .value=${name} data-testid="passkey-name" />
      </label>
      ${this.submit(texts.save, 'passkey-save')}
    </form>`;
  }

  async #addOne(): Promise<void> {
    try {
      await confirmed(addPasskey);
    } catch (error) {
      if (error instanceof LogeError && error.code === 'sign_in_again') this.isStale = true;
      throw error;
    }
    this.emit('passkey-added', undefined);
    await this.reload();
    this.note = this.words.accounts.passkeys.isAdded;
  }

  #rename = async (id: string): Promise<void> => {
    this.renamed = id;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('input[name=name]')?.focus();
  };

  #saveName(event: Event, id: string): void {
    event.preventDefault();
    const name = fieldsOf(event)('name');
    void this.act('rename', async () => {
      await call('PATCH /v1/me/passkeys/:passkey', { passkey: id, name });
      this.renamed = '';
      await this.reload();
    });
  }

  #remove(id: string): void {
    void this.act('remove', async () => {
      await call('DELETE /v1/me/passkeys/:passkey', { passkey: id });
      await this.reload();
      this.note = this.words.accounts.passkeys.isRemoved;
    });
  }

  #signInAgain = (): void => {
    void this.act('sign-in', async () => {
      await call('POST /site/sign-out');
      location.assign('/sign-in?to=/account');
    });
  };

  protected override wordsFor(error: unknown): string {
    return error instanceof PasskeyExists ? this.words.accounts.passkeys.exists : super.wordsFor(error);
  }
}

defineElement('account-passkeys', AccountPasskeys);
