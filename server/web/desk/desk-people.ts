/** `<desk-people>`: the search for people, requests to become a creator, and who holds a role of the house. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPersonRow } from '../../protocol/accounts/people.ts';
import type { RoleHolder } from '../../protocol/roles.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

export class DeskPeople extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    roles: { state: true },
    query: { state: true },
    found: { state: true },
  };
  declare roles: RoleHolder[] | undefined;
  declare query: string;
  declare found: DeskPersonRow[] | undefined;

  constructor() {
    super();
    this.query = '';
  }

  protected override async load(): Promise<void> {
    this.roles = (await call('GET /v1/desk/roles')).roles;
  }

  override render(): TemplateResult {
    const texts = this.desk.people;
    const { roles, found } = this;
    const requests = roles?.filter(({ givenAt }) => givenAt === null) ?? [];
    return html`
      <p class="muted">${texts.text}</p>
      <form class="form" @submit=${this.#search}>
        ${this.field('query', { id: 'people-query', label: texts.search, hint: texts.searchHint, maxChars: 254 })}
        <wa-button type="submit" variant="neutral" data-testid="people-search" ?loading=${this.busy === 'search'}>${texts.find}</wa-button>
      </form>
      ${this.messages()}
      ${
        found &&
        (found.length === 0
          ? html`<p class="muted" data-testid="people-none">${texts.noneFound}</p>`
          : html`<ul class="rows" data-testid="people-found">${found.map((person) => this.#row(person.id, person.name, person.handle, this.#since(person)))}</ul>`)
      }
      ${requests.length > 0 ? this.#list('requests', texts.requests, requests) : nothing}
      ${this.whenRead(roles, '8rem', (read) =>
        this.#list(
          'holders',
          texts.holders,
          read.filter(({ givenAt }) => givenAt !== null),
        ),
      )}
    `;
  }

  #list(id: string, title: string, roles: RoleHolder[]): TemplateResult {
    const texts = this.desk.people;
    const of = ({ role, givenAt, requestedAt }: RoleHolder) =>
      `${texts.roles[role]} · ${formatMoment(givenAt ?? requestedAt, this.language)}`;
    return html`<section aria-labelledby=${id}>
      <h2 id=${id} class="display">${title}</h2>
      ${
        roles.length === 0
          ? html`<p class="muted">${this.desk.none}</p>`
          : html`<ul class="rows" data-testid="role-${id}">${roles.map((held) => this.#row(held.person, held.name, held.handle, of(held)))}</ul>`
      }
    </section>`;
  }

  #row(id: string, name: string, handle: string | null, details: string): TemplateResult {
    return html`<li>
      <div class="what">
        <p class="line"><b><bdi>${name}</bdi></b>${handle ? html`<bdi class="muted">@${handle}</bdi>` : nothing}</p>
        <p class="small muted">${details}</p>
      </div>
      <wa-button size="s" appearance="outlined" href="/desk/people/${encodeURIComponent(id)}" data-testid="person-${id}">${this.desk.people.open}</wa-button>
    </li>`;
  }

  #since({ createdAt, closedAt }: DeskPersonRow): string {
    const texts = this.desk.people;
    return closedAt
      ? texts.closed(formatMoment(closedAt, this.language))
      : texts.since(formatMoment(createdAt, this.language));
  }

  #search = (event: Event): void => {
    event.preventDefault();
    const query = this.query.trim();
    if (query === '') return;
    void this.act('search', async () => {
      this.found = (await call('GET /v1/desk/people', { query })).people;
    });
  };
}

defineElement('desk-people', DeskPeople);
