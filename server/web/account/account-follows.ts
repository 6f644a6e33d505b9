/** `<account-follows>`: the creators whom one follows. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountFollows extends AccountPart<CreatorCard[]> {
  protected override read = async () => (await call('GET /v1/me/follows')).creators;

  protected override isHidden = (creators: CreatorCard[]) => creators.length === 0;

  protected override show(creators: CreatorCard[]): unknown {
    const texts = this.accountTexts;
    const list = this.list({
      items: creators,
      testId: 'follows',
      row: ({ name, handle }) => ({
        title: handle ? html`<a href="/c/${handle}"><bdi>${name}</bdi></a>` : html`<bdi>${name}</bdi>`,
      }),
      acts: [
        {
          label: texts.unfollow,
          name: ({ name }) => texts.unfollowName(name),
          run: ({ identity }) => call('DELETE /v1/me/follows/:creator', { creator: identity }),
          done: ({ name }) => texts.unfollowed(name),
        },
      ],
    });
    return this.section('follows', { title: texts.follows, text: texts.followsText }, list);
  }
}

defineElement('account-follows', AccountFollows);
