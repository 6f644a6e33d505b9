/** `<studio-moderators>`: a creator's moderators and open invitations, with ways to invite and to remove. */
import { html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { ModeratorList } from '../../protocol/roles.ts';
import type { RoomView } from '../../protocol/rooms.ts';
import { AccountPart } from '../account/account-part.ts';
import type { Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import '../texts/account-texts.ts';

export class StudioModerators extends AccountPart<ModeratorList> {
  static override properties = {
    ...AccountPart.properties,
    rooms: { attribute: false },
    link: { state: true },
  };
  /** Of the creator; for those that have not ended one can invite. */
  declare rooms: readonly RoomView[];
  /** A new invitation's link, which is shown once. */
  declare link: string;

  constructor() {
    super();
    this.rooms = [];
    this.link = '';
  }

  protected override read = () => call('GET /v1/me/moderators');

  protected override show({ moderators, invitations }: ModeratorList): unknown {
    const { moderators: texts } = this.words.accounts;
    const list = this.list({
      items: [
        ...moderators.map((role) => ({ ...role, name: role.person.name, until: '', isOpen: false })),
        ...invitations.map((role) => ({
          ...{ ...role, name: role.person?.name ?? texts.byLink, isOpen: true },
          until: texts.openUntil(this.moment(role.expiresAt)),
        })),
      ],
      testId: 'moderators',
      row: ({ name, person, room, until }) => ({
        title: name,
        lines: [[person?.handle, room?.title ?? texts.allRooms, until].filter(Boolean).join(' · ')],
      }),
      acts: [
        {
          label: texts.remove,
          name: ({ name }) => texts.removeName(name),
          isFor: ({ isOpen }) => !isOpen,
          run: ({ id }) => call('DELETE /v1/me/moderators/:moderator', { moderator: id }),
          done: ({ name }) => texts.removed(name),
        },
        {
          label: texts.withdraw,
          name: ({ name }) => texts.withdrawName(name),
          isFor: ({ isOpen }) => isOpen,
          run: ({ id }) => call('DELETE /v1/me/moderators/invitations/:invitation', { invitation: id }),
          done: () => texts.withdrawn,
        },
      ],
    });
    const rooms = this.rooms.filter(({ status }) => status !== 'ended');
    const form = this.form({
      fields: [
        {
          ...{ name: 'handle', label: texts.handle, hint: texts.handleHint, testId: 'moderator-handle' },
          ...{ maxChars: LIMITS.handleMaxChars, isVerbatim: true },
        },
        {
          ...{ name: 'room', label: texts.where, testId: 'moderator-room', kind: 'select' },
          options: [
            { value: '', label: texts.allRooms },
            ...rooms.map(({ id, title }) => ({ value: id, label: title })),
          ],
        },
      ],
      submit: { label: texts.invite, testId: 'moderator-invite', look: 'outlined' },
      send: (values) => this.#invite(values),
      done: () => (this.link ? '' : texts.invited),
      isCleared: true,
    });
    return this.section('moderators', { title: texts.title, text: texts.text }, [
      list,
      form,
      this.link ? this.#shownLink() : nothing,
    ]);
  }

  #shownLink(): unknown {
    const { moderators: texts } = this.words.accounts;
    return html`<label class="field apart">
      <span>${texts.link}</span>
      <input
        readonly
        .value=${this.link}
        aria-describedby="moderator-link-hint"
        data-testid="moderator-link"
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      />
      <small id="moderator-link-hint">${texts.linkHint}</small>
    </label>`;
  }

  async #invite(values: Values): Promise<void> {
    const [handle, room] = [values('handle'), values('room')];
    this.link = '';
    const invitation = await call('POST /v1/me/moderators', { ...(handle && { handle }), ...(room && { room }) });
    this.link = invitation.link ?? '';
  }

  protected override wordsFor(error: unknown): string {
    const { moderators: texts } = this.words.accounts;
    const code = error instanceof LogeError && error.code;
    if (code === 'forbidden') return texts.declined;
    return code === 'invalid_request' ? texts.yourself : super.wordsFor(error);
  }
}

defineElement('studio-moderators', StudioModerators);
