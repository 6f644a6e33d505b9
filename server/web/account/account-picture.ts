/** `<account-picture>`: a creator's picture, to upload, replace and remove. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { portrait, portraitStyles } from '../profile/profile-content.ts';
import { call, upload } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountPicture extends AccountPart {
  static override properties = { ...AccountPart.properties, profile: { attribute: false } };
  declare profile: Profile;

  static override styles = [
    ...AccountPart.styles,
    portraitStyles,
    css`
      .set {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--_space-16) var(--_space-24);
        margin-bottom: var(--_space-16);
      }

      .set .buttons {
        flex: 1 1 12rem;
      }

      input {
        display: none;
      }
    `,
  ];

  protected override get limitText(): string {
    return this.accountTexts.tooManyPictures;
  }

  override render(): TemplateResult {
    const { profile, accountTexts: texts } = this;
    const { picture, name } = profile;
    return html`<section aria-labelledby="picture">
      <h2 id="picture" class="display">${texts.picture}</h2>
      <div class="set">
        ${portrait(picture, name ?? '', { alt: texts.picture, size: '8rem' })}
        <div class="buttons">
          ${button({ label: picture ? texts.replacePicture : texts.choosePicture, testId: 'choose-picture', isOutlined: true, isBusy: this.busy === 'picture', onClick: this.#choose })}
          ${picture ? button({ label: texts.removePicture, testId: 'remove-picture', isOutlined: true, onClick: this.#remove }) : nothing}
          <p class="muted">${texts.pictureHint}</p>
        </div>
      </div>
      <input type="file" accept=${LIMITS.pictureTypes.join()} aria-label=${texts.choosePicture} data-testid="picture-file" @change=${this.#upload} />
      ${this.messages()}
    </section>`;
  }

  #choose = (): void => {
    this.renderRoot.querySelector<HTMLInputElement>('input')?.click();
  };

  #upload = async ({ target }: Event): Promise<void> => {
    const input = target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (!file) return;
    await this.act('picture', async () => {
      // Known before the upload of a file that is refused.
      if (file.size > LIMITS.pictureBytes) this.problem = this.accountTexts.pictureTooLarge;
      else this.announce({ ...this.profile, picture: (await upload('PUT /v1/me/picture', { file })).picture });
    });
    // The same file can be chosen again.
    input.value = '';
  };

  #remove = async (): Promise<void> => {
    await this.act('picture', async () => {
      await call('DELETE /v1/me/picture');
      this.announce({ ...this.profile, picture: null });
    });
  };
}

defineElement('account-picture', AccountPicture);
