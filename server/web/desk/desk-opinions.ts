/** `<desk-opinions>`: what the committee has addressed to the management: to answer, and answered with its steps. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Proposal, PublicOpinion } from '../../protocol/trust/opinions.ts';
import { OpinionPart } from '../seat/opinion-part.ts';
import { call } from '../site/site-call.ts';
import './desk-opinion.ts';

interface Shown {
  opinions: readonly PublicOpinion[];
  /** Those of the opinions that are proposals to the charter, among others. */
  proposals: readonly Proposal[];
}

export class DeskOpinions extends OpinionPart<Shown> {
  protected override height = '20rem';

  protected override read = async (): Promise<Shown> => {
    const [{ opinions }, { proposals }] = await Promise.all([
      call('GET /v1/desk/committee/opinions'),
      call('GET /v1/charter/proposals'),
    ]);
    return { opinions, proposals };
  };

  protected override show({ opinions, proposals }: Shown): unknown {
    const texts = this.desk.opinions;
    const open = opinions.filter(({ answer }) => answer === null);
    // What is due first comes first.
    const owed = open.toSorted((one, other) => Date.parse(one.answerDueAt) - Date.parse(other.answerDueAt));
    const answered = opinions.filter(({ answer }) => answer !== null);
    const shown = (items: readonly PublicOpinion[]) =>
      repeat(
        items,
        ({ id }) => id,
        (each) =>
          html`<desk-opinion .data=${each} .proposal=${proposals.find(({ id }) => id === each.id)} data-testid="opinion-${each.number}"></desk-opinion>`,
      );
    return html`<div @opinions-changed=${this.#handleChange}>
      <p class="muted">${texts.text} <a href="/committee">${texts.page}</a></p>
      ${opinions.length === 0 ? html`<p class="muted">${texts.none}</p>` : this.section('open', { title: texts.open }, owed.length > 0 ? shown(owed) : html`<p class="muted">${texts.noneOpen}</p>`)}
      ${answered.length > 0 ? this.section('answered', { title: texts.answered }, shown(answered)) : nothing}
    </div>`;
  }

  #handleChange = ({ detail }: CustomEvent<{ opinions: PublicOpinion[]; note: string }>): void => {
    this.data = { opinions: detail.opinions, proposals: this.data?.proposals ?? [] };
    this.note = detail.note;
  };
}

defineElement('desk-opinions', DeskOpinions);
