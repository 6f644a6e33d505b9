/** `<account-moderating>`: invitations to moderate, also that of a link, and where one moderates. Empty without any. */
import { html } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { ModeratingList, ReceivedInvitation } from '../../protocol/roles.ts';
import { AccountPart } from '../account/account-part.ts';
import { call } from '../site/site-call.ts';

const LINK_PARAMETER = 'invitation';

interface Moderating extends ModeratingList {
  /** What the link in the page's address invites to. */
  linked: ReceivedInvitation | undefined;
}

export class AccountModerating extends AccountPart<Moderating> {
  #token = new URLSearchParams(location.search).get(LINK_PARAMETER) ?? '';
  /** An invitation of a link is accepted once, or not at all. */
  #isLinkRefused = false;

  protected override read = async (): Promise<Moderating> => ({
    ...(await call('GET /v1/me/moderating')),
    linked: this.#token ? await call('POST /v1/me/invitation-links', { token: this.#token }) : undefined,
  });

  #offersOf({ linked, invitations }: Moderating): ReceivedInvitation[] {
    return linked && !this.#isLinkRefused ? [linked, ...invitations] : [...invitations];
  }

  protected override isHidden = (data: Moderating) => data.moderating.length + this.#offersOf(data).length === 0;

  protected override show(data: Moderating): unknown {
    const { moderating: texts, moderators } = this.words.accounts;
    const nameOf = ({ creator }: Pick<ReceivedInvitation, 'creator'>) => shownName(creator, this.texts);
    const isLinked = (offer: ReceivedInvitation) => offer === data.linked;
    const answer = (id: string, accepted: boolean) =>
      call('POST /v1/me/moderating/:invitation', { invitation: id, accepted });
    const offers = this.list({
      items: this.#offersOf(data),
      row: (offer) => ({
        title: offer.room ? texts.invitedToRoom(nameOf(offer), offer.room.title) : texts.invitedToAll(nameOf(offer)),
        lines: [texts.duty],
        testId: 'invitation',
      }),
      acts: [
        {
          label: texts.accept,
          testId: () => 'invitation-accept',
          look: 'filled',
          run: (offer) => (isLinked(offer) ? this.#acceptLink() : answer(offer.id, true)),
          done: () => texts.accepted,
        },
        {
          label: texts.decline,
          testId: () => 'invitation-decline',
          isFor: (offer) => !isLinked(offer),
          run: ({ id }) => answer(id, false),
          done: () => texts.declined,
        },
      ],
    });
    const list = this.list({
      items: data.moderating,
      testId: 'moderating',
      row: ({ creator, room }) => ({
        title: nameOf({ creator }),
        lines: [room ? html`<a href="/rooms/${room.id}">${room.title}</a>` : moderators.allRooms],
      }),
      acts: [
        {
          label: texts.stop,
          name: (role) => texts.stopFor(nameOf(role)),
          run: ({ id }) => call('DELETE /v1/me/moderators/:moderator', { moderator: id }),
          done: () => texts.stopped,
        },
      ],
    });
    return this.section('moderating', { title: texts.title }, [offers, list]);
  }

  async #acceptLink(): Promise<void> {
    try {
      await call('POST /v1/me/invitation-links/accept', { token: this.#token });
    } catch (error) {
      this.#isLinkRefused = true;
      throw error;
    }
    // The link is used up: neither this part nor a reload of the page must show it as invalid.
    this.#token = '';
    history.replaceState(null, '', location.pathname);
  }

  protected override wordsFor(error: unknown): string {
    const isOwn = this.data?.linked && error instanceof LogeError && error.code === 'invalid_request';
    return isOwn ? this.words.accounts.moderators.yourself : super.wordsFor(error);
  }
}

defineElement('account-moderating', AccountModerating);
