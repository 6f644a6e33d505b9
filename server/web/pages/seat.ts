/** The page of the committee's members, with a part for each path below `/seat`. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { type PartImport, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { SectionPage } from '../site/section-page.ts';
import '../texts/seat-texts.ts';

const withControls = (load: PartImport) => () =>
  Promise.all([import('../../../client-sdk/elements/theme/web-awesome.ts'), load()]);
registerParts({
  'seat-own': withControls(() => import('../seat/seat-own.ts')),
  'seat-vigilance': withControls(() => import('../seat/seat-vigilance.ts')),
  'seat-thresholds': withControls(() => import('../seat/seat-thresholds.ts')),
  'seat-cases': withControls(() => import('../seat/seat-cases.ts')),
  'seat-case': withControls(() => import('../seat/seat-case.ts')),
  'seat-opinions': withControls(() => import('../seat/seat-opinions.ts')),
  'seat-opinion': withControls(() => import('../seat/seat-opinion.ts')),
});

/** `id`: of a case, or of an opinion; `reader`: the name of the member; `currency`: of the house. */
type PartOf = (id: string, reader: string, currency: string) => TemplateResult;
/** By the path below `/seat`; each has a title among the texts. The server knows further sections by itself. */
const PARTS = {
  '': () => html`<seat-own></seat-own>`,
  vigilance: () => html`<seat-vigilance></seat-vigilance>`,
  thresholds: (_id, _reader, currency) => html`<seat-thresholds currency=${currency}></seat-thresholds>`,
  cases: (id, reader) =>
    id ? html`<seat-case case=${id} reader=${reader}></seat-case>` : html`<seat-cases></seat-cases>`,
  opinions: (id, reader) =>
    id ? html`<seat-opinion opinion=${id} reader=${reader}></seat-opinion>` : html`<seat-opinions></seat-opinions>`,
} satisfies Record<string, PartOf>;
type SeatSection = keyof typeof PARTS;
const SECTIONS = Object.keys(PARTS) as SeatSection[];

export class SiteSeat extends SectionPage {
  protected readonly page = 'seat';
  readonly #section: SeatSection;
  /** Of a case, or of an opinion. */
  readonly #id: string;

  constructor() {
    super();
    const [, section = '', id = ''] = location.pathname.split('/').filter(Boolean);
    this.#section = SECTIONS.find((known) => known === section) ?? '';
    this.#id = decodeURIComponent(id);
  }

  protected override get pageTitle(): string {
    return `${this.words.seat.sections[this.#section]} · Loge`;
  }

  protected override groupsFor() {
    const { seat, house } = this.words;
    const links = SECTIONS.map((it) => ({
      href: seatPath(it),
      text: seat.sections[it],
      testId: `seat-${it || 'own'}`,
    }));
    return [{ title: house.committee, links }];
  }

  protected override content(session: SiteSession): TemplateResult {
    const { seat } = this.words;
    if (!session.person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (!session.isMember) return this.closed('members-only', seat.membersOnly, seat.membersOnlyText);
    if (!session.isStrong) return this.locked(session, seat);
    const title = html`<h1 class="display">${seat.sections[this.#section]}</h1>`;
    const part: PartOf = PARTS[this.#section];
    const shown = part(this.#id, session.person.name, session.currency);
    return this.sided(session, seatPath(this.#section), [this.#id ? '' : title, shown]);
  }
}

function seatPath(section: SeatSection): string {
  return section === '' ? '/seat' : `/seat/${section}`;
}

defineElement('site-seat', SiteSeat);
