/** `<account-picture>`: a creator's picture, to upload, replace and remove. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import type { Picture } from '../../protocol/pictures.ts';
import { portrait, portraitStyles } from '../profile/profile-content.ts';
import { pictureField, pictureFieldStyles } from '../site/picture-field.ts';
import { call, upload } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountPicture extends AccountPart<Profile> {
  static override styles = [...AccountPart.styles, portraitStyles, pictureFieldStyles];

  protected override get limitText(): string {
    return this.accountTexts.tooManyPictures;
  }

  protected override show(profile: Profile): unknown {
    const { picture: texts } = this.accountTexts;
    const { picture, name } = profile;
    const change = (save: () => Promise<Picture>) =>
      void this.act('picture', async () => this.announce({ ...profile, picture: await save() }));
    const field = pictureField(this, {
      ...{ name: 'picture', texts, hasPicture: picture !== null, isBusy: this.busy === 'picture' },
      shown: portrait(picture, name ?? '', { alt: texts.label, size: '8rem' }),
      choose: (file) => change(async () => (await upload('PUT /v1/me/picture', { file })).picture),
      remove: () =>
        change(async () => {
          await call('DELETE /v1/me/picture');
          return null;
        }),
    });
    return this.section('picture', { title: texts.label }, field);
  }
}

defineElement('account-picture', AccountPicture);
