/** `<desk-committee>`: the seats of the committee in their order, and new ones. */
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OpenInvitation } from '../../protocol/roles.ts';
import type { CommitteeView, PublicText } from '../../protocol/trust/committee.ts';
import { formatDate } from '../site/dates.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';
import './desk-seat.ts';

/** Offered to a house that has no seats. */
const EXAMPLE_SEATS: readonly PublicText[] = [
  { en: 'Law of data', fr: 'Droit des données' },
  { en: 'Women’s rights', fr: 'Droits des femmes' },
  { en: 'Platform economics', fr: 'Économie des plateformes' },
  { en: 'Security and AI', fr: 'Sécurité et IA' },
  { en: 'Entrepreneurship', fr: 'Entrepreneuriat' },
];

export class DeskCommittee extends DeskPart<CommitteeView> {
  static override properties = {
    ...DeskPart.properties,
    withoutAccounts: { type: Boolean, attribute: 'without-accounts' },
    invitations: { state: true },
  };
  /** Of a house that only embeds. */
  declare withoutAccounts: boolean;
  declare invitations: readonly OpenInvitation[];
  protected override height = '20rem';

  static override styles = [
    ...DeskPart.styles,
    css`
      p + p {
        margin-top: var(--_space-12);
      }

      ul {
        padding-inline-start: var(--_space-24);
      }
    `,
  ];

  /** Below the form at the end; each seat has its own. */
  protected override readonly hasMessagesFirst = false;

  protected override read = async (): Promise<CommitteeView> => {
    const [committee, { invitations }] = await Promise.all([call('GET /v1/committee'), call('GET /v1/desk/roles')]);
    this.invitations = invitations;
    return committee;
  };

  protected override show({ quorum, seats }: CommitteeView): unknown {
    const texts = this.desk.committee;
    if (this.withoutAccounts) return html`<p class="muted">${texts.noAccounts}</p>`;
    const { held, needed, failsSince } = quorum;
    return html`<div @committee-changed=${this.#handleChange}>
      <p class="muted">${texts.text} <a href="/committee">${texts.page}</a></p>
      ${seats.length > 0 ? html`<p data-testid="committee-quorum">${texts.quorum(held, seats.length, needed)} ${failsSince ? html`<strong class="bad-mark">${texts.quorumFails(formatDate(failsSince, this.language))}</strong>` : nothing}</p>` : this.#examples()}
      ${repeat(
        seats,
        ({ id }) => id,
        (seat) =>
          html`<desk-seat .data=${seat} .invited=${this.invitations.filter((each) => each.seat === seat.id)} data-testid="seat-${seat.id}"></desk-seat>`,
      )}
      ${this.#addition()}
    </div>`;
  }

  #examples(): unknown {
    const texts = this.desk.committee;
    const names = html`<ul>${EXAMPLE_SEATS.map((name) => html`<li>${name[this.language]}</li>`)}</ul>`;
    const act = {
      label: texts.exampleAct,
      testId: () => 'seats-create-examples',
      look: 'filled' as const,
      // One after the other: they are shown in the order in which they were created.
      run: async () => {
        for (const name of EXAMPLE_SEATS) this.data = await call('POST /v1/desk/committee/seats', { name });
      },
    };
    const content = [names, this.acts(undefined, [act])];
    return this.section('examples', { title: texts.exampleTitle, text: texts.exampleText }, content);
  }

  #addition(): unknown {
    const texts = this.desk.committee;
    const form = this.form({
      fields: publicTextFields(this.language, {
        ...{ name: 'seat-name', label: texts.name, maxChars: LIMITS.titleChars, isRequired: true },
      }),
      submit: { label: texts.addAct, testId: 'seat-add', look: 'outlined' },
      send: (values) => call('POST /v1/desk/committee/seats', { name: publicTextOf(values, 'seat-name') }),
      done: () => texts.added,
      isCleared: true,
    });
    return this.section('add', { title: texts.add, text: texts.addText }, form);
  }

  #handleChange = ({ detail }: CustomEvent<CommitteeView>): void => {
    this.data = detail;
  };
}

defineElement('desk-committee', DeskCommittee);
