/** `<desk-person>`: everything about one person, and what an operator does about them, each with a reason on record. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPerson } from '../../protocol/accounts/people.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { DeskActView } from '../../protocol/money/desk.ts';
import type { HouseRole } from '../../protocol/roles.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const HOUSE_ROLES: readonly HouseRole[] = ['reviewer', 'operator'];

export class DeskPersonPage extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    person: {},
    shown: { state: true },
    newestActs: { state: true },
    reason: { state: true },
  };
  static override styles = [
    ...DeskPart.styles,
    css`
      .facts-of-person .muted {
        flex: none;
        width: 8rem;
      }
    `,
  ];
  /** Their id. */
  declare person: string;
  declare shown: DeskPerson | undefined;
  declare newestActs: DeskActView[];
  declare reason: string;

  constructor() {
    super();
    this.newestActs = [];
    this.reason = '';
  }

  protected override async load(): Promise<void> {
    this.shown = await call('GET /v1/desk/people/:person', { person: this.person });
    this.newestActs = (await call('GET /v1/desk/acts', { subject: this.person })).acts;
  }

  override render(): TemplateResult {
    const { shown } = this;
    return html`
      <p><a href="/desk/people">${this.desk.people.back}</a></p>
      ${this.whenRead(shown, '16rem', (read) => html`${this.#facts(read)} ${read.closedAt ? nothing : this.#decisions(read)} ${this.#record()}`)}
      ${shown ? nothing : this.messages()}
    `;
  }

  #facts({
    id,
    name,
    handle,
    addresses,
    createdAt,
    closedAt,
    roles,
    sessions,
    oidcBindings,
    openMatters,
  }: DeskPerson): TemplateResult {
    const texts = this.desk.people;
    const when = (at: string) => formatMoment(at, this.language);
    const matters = this.words.accounts.data.matters as Record<string, string>;
    const rows: [label: string, values: string[]][] = [
      [texts.id, [id]],
      [texts.handle, handle ? [`@${handle}`] : []],
      [texts.addresses, addresses],
      [texts.account, [closedAt ? texts.closed(when(closedAt)) : texts.since(when(createdAt))]],
      [
        texts.rolesTitle,
        roles.map(({ role, givenAt, givenBy, requestedAt }) =>
          givenAt === null
            ? texts.requested(texts.roles[role], when(requestedAt))
            : texts.given(texts.roles[role], when(givenAt), givenBy ?? ''),
        ),
      ],
      [
        texts.sessions,
        sessions.map(({ device, lastUsedAt }) => `${device || texts.unknownDevice} · ${when(lastUsedAt)}`),
      ],
      [
        texts.oidcBindings,
        oidcBindings.map(({ provider, createdAt, lastUsedAt }) => `${provider} · ${when(lastUsedAt ?? createdAt)}`),
      ],
      [texts.openMatters, openMatters.map((each) => matters[each] ?? each)],
    ];
    return html`<section aria-labelledby="person">
      <h2 id="person" class="display"><bdi>${name}</bdi></h2>
      <ul class="rows facts-of-person" data-testid="person-facts">
        ${rows
          .filter(([, values]) => values.length > 0)
          .map(
            ([label, values]) => html`<li>
            <span class="muted">${label}</span>
            <span class="what">${values.map((value) => html`<p><bdi>${value}</bdi></p>`)}</span>
          </li>`,
          )}
      </ul>
    </section>`;
  }

  #decisions({ id, roles, sessions, openMatters }: DeskPerson): TemplateResult {
    const texts = this.desk.people;
    const isRequested = roles.some(({ role, givenAt }) => role === 'creator' && givenAt === null);
    const decide = (accepted: boolean, reason: string) =>
      call('POST /v1/desk/people/:person/creator', { person: id, accepted, reason });
    const holds = (name: HouseRole) => roles.some(({ role, givenAt }) => role === name && givenAt !== null);
    return html`<section aria-labelledby="decisions">
      <h2 id="decisions" class="display">${texts.decide}</h2>
      <div class="form">
        ${this.field('reason', { id: 'person-reason', label: texts.reason, hint: texts.reasonHint, maxChars: LIMITS.reasonChars })}
        ${
          isRequested
            ? html`${this.#button('accept', texts.accept, (reason) => decide(true, reason))}
              ${this.#button('refuse', texts.refuse, (reason) => decide(false, reason))}`
            : nothing
        }
        ${HOUSE_ROLES.map((role) =>
          holds(role)
            ? this.#button(`end-${role}`, texts.endRole[role], (reason) =>
                call('POST /v1/desk/people/:person/roles/end', { person: id, role, reason }),
              )
            : this.#button(`give-${role}`, texts.giveRole[role], (reason) =>
                call('POST /v1/desk/people/:person/roles', { person: id, role, reason }),
              ),
        )}
        ${
          sessions.length > 0
            ? this.#button('end-sessions', texts.endSessions, (reason) =>
                call('POST /v1/desk/people/:person/sessions/end', { person: id, reason }),
              )
            : nothing
        }
        ${
          openMatters.length === 0
            ? this.#button('close', texts.close, (reason) => this.#close(id, reason))
            : html`<p class="muted">${texts.cannotClose}</p>`
        }
      </div>
      ${this.messages()}
    </section>`;
  }

  #button(name: string, label: string, run: (reason: string) => Promise<unknown>): TemplateResult {
    return html`<wa-button
      appearance="outlined"
      data-testid="person-${name}"
      ?disabled=${this.reason.trim() === ''}
      ?loading=${this.busy === name}
      @click=${() => this.#run(name, run)}
      >${label}</wa-button
    >`;
  }

  async #run(name: string, run: (reason: string) => Promise<unknown>): Promise<void> {
    const isDone = await this.act(name, async () => {
      if ((await run(this.reason.trim())) === false) return false;
      await this.reload();
      this.reason = '';
      this.note = this.desk.people.done;
      return true;
    });
    if (!isDone) await this.reload();
  }

  async #close(id: string, reason: string): Promise<unknown> {
    const texts = this.desk.people;
    const isSure = await this.isSure({
      title: texts.closeTitle,
      text: texts.closeText,
      confirm: texts.close,
      cancel: texts.keep,
      testId: 'person-close-sure',
    });
    return isSure ? call('POST /v1/desk/people/:person/close', { person: id, reason }) : false;
  }

  #record(): TemplateResult {
    const { overview } = this.desk;
    return html`<section aria-labelledby="record">
      <h2 id="record" class="display">${this.desk.people.record}</h2>
      <ul class="rows" data-testid="person-record">
        ${this.newestActs.map(
          ({ act, by, at, reason }) => html`<li>
            <div class="what">
              <p><b>${overview.actKinds[act]}</b></p>
              ${reason ? html`<p class="small"><bdi>${this.reasonOf({ act, reason })}</bdi></p>` : nothing}
              <p class="small muted">${overview.actBy(by, formatMoment(at, this.language))}</p>
            </div>
          </li>`,
        )}
      </ul>
    </section>`;
  }
}

defineElement('desk-person', DeskPersonPage);
