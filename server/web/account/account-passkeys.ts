/** `<account-passkeys>`: passkeys of the person, to add, rename and remove. As an offer: the way to add alone. */
import { html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Passkey } from '../../protocol/accounts/passkeys.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { addPasskey, hasPasskeys, PasskeyExists } from '../passkeys/passkey-ceremonies.ts';
import { leaveFor } from '../site/leave-page.ts';
import type { RowAct } from '../site/page-part.ts';
import { call, confirmed } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountPasskeys extends AccountPart<Passkey[]> {
  static override properties = { ...AccountPart.properties, isOffer: { attribute: false }, isStale: { state: true } };
  /** Fires `passkey-added` when it was accepted. */
  declare isOffer: boolean;
  /** Whether one has to sign in again before a first passkey is accepted. */
  declare isStale: boolean;

  constructor() {
    super();
    this.isOffer = false;
    this.isStale = false;
  }

  protected override read = async () => (this.isOffer ? [] : (await call('GET /v1/me/passkeys')).passkeys);

  protected override show(passkeys: Passkey[]): unknown {
    const { passkeys: texts } = this.words.accounts;
    const add = this.acts(undefined, [this.isStale ? this.#signInAgain() : this.#add()]);
    if (this.isOffer) return add;
    const list = this.list({
      items: passkeys,
      testId: 'passkeys',
      empty: html`<span data-testid="no-passkeys">${texts.none}</span>`,
      row: ({ name, createdAt, lastUsedAt, isSynced }) => ({
        title: name,
        lines: [
          [
            texts.added(this.moment(createdAt)),
            lastUsedAt === null ? texts.neverUsed : texts.lastUsed(this.moment(lastUsedAt)),
            ...(isSynced ? [texts.synced] : []),
          ].join(' · '),
        ],
      }),
      acts: [
        {
          label: texts.rename,
          name: ({ name }) => texts.renameOf(name),
          testId: () => 'passkey-rename',
          question: ({ name }) => ({
            ...{ title: texts.renameOf(name), confirm: texts.save, testId: 'passkey-save', isHarmless: true },
            cancel: this.words.accounts.confirm.cancel,
            field: {
              ...{ label: texts.name, hint: '', testId: 'passkey-name', value: name },
              ...{ maxChars: LIMITS.passkeyNameChars, missing: this.words.site.fieldMissing },
            },
          }),
          run: ({ id }, name) => call('PATCH /v1/me/passkeys/:passkey', { passkey: id, name }),
        },
        {
          label: texts.remove,
          name: ({ name }) => texts.removeOf(name),
          testId: () => 'passkey-remove',
          run: ({ id }) => call('DELETE /v1/me/passkeys/:passkey', { passkey: id }),
          done: () => texts.isRemoved,
        },
      ],
    });
    return this.section('passkeys', { title: texts.title, text: texts.text }, [
      list,
      hasPasskeys() ? add : html`<p class="muted">${texts.unsupported}</p>`,
      passkeys.length > 0 ? html`<p class="muted small apart">${texts.lost}</p>` : nothing,
    ]);
  }

  #add(): RowAct<undefined> {
    const { passkeys: texts } = this.words.accounts;
    return {
      label: texts.add,
      testId: () => 'passkey-add',
      ...(this.isOffer && { look: 'filled' }),
      run: async () => {
        try {
          await confirmed(addPasskey);
        } catch (error) {
          this.isStale = error instanceof LogeError && error.code === 'sign_in_again';
          throw error;
        }
        this.emit('passkey-added', undefined);
      },
      done: () => texts.isAdded,
    };
  }

  #signInAgain(): RowAct<undefined> {
    return {
      label: this.words.accounts.passkeys.signInAgain,
      testId: () => 'sign-in-again',
      look: 'filled',
      run: async () => {
        await call('POST /site/sign-out');
        await leaveFor('/sign-in?to=/account');
      },
    };
  }

  protected override wordsFor(error: unknown): string {
    return error instanceof PasskeyExists ? this.words.accounts.passkeys.exists : super.wordsFor(error);
  }
}

defineElement('account-passkeys', AccountPasskeys);
