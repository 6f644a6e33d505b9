/** `<studio-moderators>`: a creator's moderators and open invitations, with ways to invite and to remove. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { ModeratorList } from '../../protocol/roles.ts';
import type { RoomView } from '../../protocol/rooms.ts';
import { AccountPart, fieldsOf } from '../account/account-part.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import '../texts/account-texts.ts';

export class StudioModerators extends AccountPart {
  static override properties = {
    ...AccountPart.properties,
    rooms: { attribute: false },
    listed: { state: true },
    link: { state: true },
  };
  /** Of the creator; for those that have not ended one can invite. */
  declare rooms: RoomView[];
  declare listed: ModeratorList | undefined;
  /** A new invitation's link, which is shown once. */
  declare link: string;

  constructor() {
    super();
    this.rooms = [];
    this.link = '';
  }

  protected override async load(): Promise<void> {
    this.listed = await call('GET /v1/me/moderators');
  }

  override render(): TemplateResult {
    const { listed: list } = this;
    const { moderators: texts } = this.words.accounts;
    return html`<section aria-labelledby="moderators">
      <h2 id="moderators" class="display">${texts.title}</h2>
      <p class="muted">${texts.text}</p>
      ${
        list && list.moderators.length + list.invitations.length > 0
          ? html`<ul class="rows" data-testid="moderators">
              ${list.moderators.map((each) => this.#moderator(each))}
              ${list.invitations.map((each) => this.#invitation(each))}
            </ul>`
          : nothing
      }
      <form class="card" @submit=${this.#invite}>
        <label class="field">
          <span>${texts.handle}</span>
          <input
            name="handle"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            maxlength=${LIMITS.handleMaxChars}
            aria-describedby="moderator-handle-hint"
            data-testid="moderator-handle"
          />
          <small id="moderator-handle-hint">${texts.handleHint}</small>
        </label>
        <label class="field">
          <span>${texts.where}</span>
          <select name="room" data-testid="moderator-room">
            <option value="">${texts.allRooms}</option>
            ${this.rooms
              .filter(({ status }) => status !== 'ended')
              .map(({ id, title }) => html`<option value=${id}>${title}</option>`)}
          </select>
        </label>
        ${this.submit(texts.invite, 'moderator-invite')}
      </form>
      ${this.link ? this.#shownLink() : nothing}
      ${this.messages()}
    </section>`;
  }

  #shownLink(): TemplateResult {
    const { moderators: texts } = this.words.accounts;
    return html`<p class="field">
      <label class="field">
        <span>${texts.link}</span>
        <input
          readonly
          .value=${this.link}
          aria-describedby="moderator-link-hint"
          data-testid="moderator-link"
          @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
        />
        <small id="moderator-link-hint">${texts.linkHint}</small>
      </label>
    </p>`;
  }

  #moderator({ id, person, room }: ModeratorList['moderators'][number]): TemplateResult {
    const { moderators: texts } = this.words.accounts;
    return this.#row({
      name: person.name,
      details: [person.handle, room?.title ?? texts.allRooms],
      act: { label: texts.remove, name: texts.removeName(person.name), run: () => this.#end(id, person.name) },
    });
  }

  #invitation({ id, person, room, expiresAt }: ModeratorList['invitations'][number]): TemplateResult {
    const { moderators: texts } = this.words.accounts;
    const name = person?.name ?? texts.byLink;
    const until = texts.openUntil(formatMoment(expiresAt, this.language));
    return this.#row({
      name,
      details: [person?.handle, room?.title ?? texts.allRooms, until],
      act: { label: texts.withdraw, name: texts.withdrawName(name), run: () => this.#withdraw(id) },
    });
  }

  #row({
    name,
    details,
    act,
  }: {
    name: string;
    details: (string | null | undefined)[];
    act: { label: string; name: string; run: () => void };
  }): TemplateResult {
    return html`<li>
      <span class="what"><strong>${name}</strong><span class="muted small"> · ${details.filter(Boolean).join(' · ')}</span></span>
      <button class="link" type="button" aria-label=${act.name} ?disabled=${this.busy !== ''} @click=${act.run}>${act.label}</button>
    </li>`;
  }

  #invite = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const field = fieldsOf(event);
    const [handle, room] = [field('handle'), field('room')];
    this.link = '';
    const isDone = await this.act('invite', async () => {
      this.link =
        (await call('POST /v1/me/moderators', { ...(handle && { handle }), ...(room && { room }) })).link ?? '';
      await this.reload();
    });
    if (!isDone) return;
    form.reset();
    if (!this.link) this.note = this.words.accounts.moderators.invited;
  };

  protected override wordsFor(error: unknown): string {
    const { moderators: texts } = this.words.accounts;
    const code = error instanceof LogeError && error.code;
    if (code === 'forbidden') return texts.declined;
    return code === 'invalid_request' ? texts.yourself : super.wordsFor(error);
  }

  #end = async (id: string, name: string): Promise<void> => {
    const isDone = await this.act(id, async () => {
      await call('DELETE /v1/me/moderators/:moderator', { moderator: id });
      await this.reload();
    });
    if (isDone) this.note = this.words.accounts.moderators.removed(name);
  };

  #withdraw = async (id: string): Promise<void> => {
    const isDone = await this.act(id, async () => {
      await call('DELETE /v1/me/moderators/invitations/:invitation', { invitation: id });
      await this.reload();
    });
    if (isDone) this.note = this.words.accounts.moderators.withdrawn;
  };
}

defineElement('studio-moderators', StudioModerators);
