/** `<desk-people>`: the search for people, requests to become a creator, and who holds a role of the house. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPersonRow } from '../../protocol/accounts/people.ts';
import type { HeldRole, OpenInvitation } from '../../protocol/roles.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

interface People {
  roles: HeldRole[];
  invitations: OpenInvitation[];
  /** Absent: nothing was searched. */
  found: DeskPersonRow[] | undefined;
}

export class DeskPeople extends DeskPart<People> {
  protected override height = '8rem';
  #query = '';

  protected override read = async () => {
    const query = this.#query;
    const [{ roles, invitations }, found] = await Promise.all([
      call('GET /v1/desk/roles').then((answer) => this.know(answer)),
      query === '' ? undefined : call('GET /v1/desk/people', { query }),
    ]);
    return { roles, invitations, found: found?.people };
  };

  protected override show({ roles, invitations, found }: People): unknown {
    const texts = this.desk.people;
    const search = this.search({
      fields: [{ name: 'query', label: texts.search, hint: texts.searchHint, testId: 'people-query', maxChars: 254 }],
      submit: { label: texts.find, testId: 'people-search' },
      ask: (values) => {
        this.#query = values('query');
      },
    });
    const requests = roles.filter(({ givenAt }) => givenAt === null);
    const holders = roles.filter(({ givenAt }) => givenAt !== null);
    return [
      html`<p class="muted">${texts.text}</p>`,
      search,
      found ? this.#found(found) : nothing,
      requests.length > 0
        ? this.section('requests', { title: texts.requests }, this.#roles(requests, 'role-requests'))
        : nothing,
      this.section('holders', { title: texts.holders }, [
        this.#roles(holders, 'role-holders'),
        this.list({
          items: invitations.filter(({ seat }) => seat === null),
          testId: 'operators-invited',
          row: ({ address, expiresAt }) => ({
            title: address,
            lines: [texts.roles.operator, texts.invited(this.moment(expiresAt))],
          }),
        }),
      ]),
    ];
  }

  #found(found: DeskPersonRow[]): unknown {
    const texts = this.desk.people;
    if (found.length === 0) return html`<p class="muted" data-testid="people-none">${texts.noneFound}</p>`;
    this.know({ people: found.map(({ id, name, handle }) => ({ identity: id, name, handle, picture: null })) });
    return this.list({
      items: found,
      testId: 'people-found',
      row: ({ id, handle, createdAt, closedAt }) => ({
        title: this.person(id),
        href: pathOf(id),
        lines: [
          handle && html`<bdi>@${handle}</bdi>`,
          closedAt ? texts.closed(this.moment(closedAt)) : texts.since(this.moment(createdAt)),
        ],
        testId: `person-${id}`,
      }),
    });
  }

  #roles(items: HeldRole[], testId: string): unknown {
    return this.list({
      items,
      testId,
      empty: this.desk.none,
      row: ({ person, role, givenAt, requestedAt }) => ({
        title: this.person(person),
        href: pathOf(person),
        lines: [this.desk.people.roles[role], this.moment(givenAt ?? requestedAt)],
        testId: `person-${person}`,
      }),
    });
  }
}

function pathOf(person: string): string {
  return `/desk/people/${encodeURIComponent(person)}`;
}

defineElement('desk-people', DeskPeople);
