/** `<account-moderating>`: invitations to moderate, also that of a link, and where one moderates. Empty without any. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { ModeratingList, ReceivedInvitation } from '../../protocol/roles.ts';
import { AccountPart } from '../account/account-part.ts';
import { call } from '../site/site-call.ts';

const LINK_PARAMETER = 'invitation';

export class AccountModerating extends AccountPart {
  static override properties = { ...AccountPart.properties, listed: { state: true }, linked: { state: true } };
  declare listed: ModeratingList | undefined;
  /** What the link in the page's address invites to. */
  declare linked: ReceivedInvitation | undefined;
  #token = new URLSearchParams(location.search).get(LINK_PARAMETER) ?? '';

  protected override async load(): Promise<void> {
    this.listed = await call('GET /v1/me/moderating');
    if (this.#token) this.linked = await call('POST /v1/me/invitation-links', { token: this.#token });
  }

  override render(): TemplateResult {
    const { listed: list, linked } = this;
    const { moderating: texts } = this.words.accounts;
    const count = (list?.moderating.length ?? 0) + (list?.invitations.length ?? 0);
    if (count === 0 && !linked && !this.hasMessages) return html``;
    return html`<section aria-labelledby="moderating">
      <h2 id="moderating" class="display">${texts.title}</h2>
      ${linked ? this.#offer(linked, [this.#accept(() => this.#acceptLink())]) : nothing}
      ${list?.invitations.map((each) =>
        this.#offer(each, [this.#accept(() => this.#answer(each.id, true)), this.#decline(each.id)]),
      )}
      ${
        list && list.moderating.length > 0
          ? html`<ul class="rows" data-testid="moderating">${list.moderating.map((each) => this.#row(each))}</ul>`
          : nothing
      }
      ${this.messages()}
    </section>`;
  }

  #offer({ creator, room }: ReceivedInvitation, buttons: TemplateResult[]): TemplateResult {
    const { moderating: texts } = this.words.accounts;
    const name = shownName(creator, this.texts);
    return html`<div class="card" style="margin-top: var(--_space-12)" data-testid="invitation">
      <p>${room ? texts.invitedToRoom(name, room.title) : texts.invitedToAll(name)}</p>
      <p class="muted">${texts.duty}</p>
      <p class="buttons">${buttons}</p>
    </div>`;
  }

  #accept(onClick: () => void): TemplateResult {
    const label = this.words.accounts.moderating.accept;
    return button({ label, testId: 'invitation-accept', isDisabled: this.busy !== '', onClick });
  }

  #decline(id: string): TemplateResult {
    const label = this.words.accounts.moderating.decline;
    const onClick = () => void this.#answer(id, false);
    return button({ label, testId: 'invitation-decline', isOutlined: true, isDisabled: this.busy !== '', onClick });
  }

  #row({ id, creator, room }: ModeratingList['moderating'][number]): TemplateResult {
    const { moderating: texts, moderators } = this.words.accounts;
    return html`<li>
      <span class="what">
        <strong>${shownName(creator, this.texts)}</strong>
        <span class="muted small"> · ${room ? html`<a href="/rooms/${room.id}">${room.title}</a>` : moderators.allRooms}</span>
      </span>
      <button
        class="link"
        type="button"
        aria-label=${texts.stopFor(shownName(creator, this.texts))}
        ?disabled=${this.busy !== ''}
        @click=${() => this.#stop(id)}
      >
        ${texts.stop}
      </button>
    </li>`;
  }

  #acceptLink = async (): Promise<void> => {
    const isDone = await this.act('accept', async () => {
      await call('POST /v1/me/invitation-links/accept', { token: this.#token });
      this.note = this.words.accounts.moderating.accepted;
      this.linked = undefined;
      // The link is used up: neither this part nor a reload of the page must show it as invalid.
      this.#token = '';
      history.replaceState(null, '', location.pathname);
      await this.reload();
    });
    if (!isDone) this.linked = undefined;
  };

  protected override wordsFor(error: unknown): string {
    const isOwn = this.linked && error instanceof LogeError && error.code === 'invalid_request';
    return isOwn ? this.words.accounts.moderators.yourself : super.wordsFor(error);
  }

  #answer = async (id: string, accepted: boolean): Promise<void> => {
    const { moderating: texts } = this.words.accounts;
    const isDone = await this.act(id, async () => {
      await call('POST /v1/me/moderating/:invitation', { invitation: id, accepted });
      await this.reload();
    });
    if (isDone) this.note = accepted ? texts.accepted : texts.declined;
  };

  #stop = async (id: string): Promise<void> => {
    const isDone = await this.act(id, async () => {
      await call('DELETE /v1/me/moderators/:moderator', { moderator: id });
      await this.reload();
    });
    if (isDone) this.note = this.words.accounts.moderating.stopped;
  };
}

defineElement('account-moderating', AccountModerating);
