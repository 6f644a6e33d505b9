/** `<seat-own>`: the seat that a member holds: its term, portrait, biography, declaration, and how to leave it. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import type { OwnSeat } from '../../protocol/trust/committee.ts';
import '../account/account-picture.ts';
import { call } from '../site/site-call.ts';
import './seat-biography.ts';
import './seat-declaration.ts';
import { SeatPart } from './seat-part.ts';
import './seat-record.ts';
import './seat-resignation.ts';

type Shown = OwnSeat & { profile: Profile };

export class SeatOwn extends SeatPart<Shown> {
  protected override height = '40rem';

  protected override read = async () => {
    const [seat, profile] = await Promise.all([call('GET /v1/me/seat'), call('GET /v1/me')]);
    return { ...seat, profile };
  };

  protected override show({ seat, profile }: Shown): unknown {
    const texts = this.seat.own;
    if (!seat) return html`<p class="muted">${this.seat.membersOnly}</p>`;
    const { name, member } = seat;
    const { appointedBy, from, until } = member;
    const isSoon = Date.parse(from) > Date.now();
    const facts = this.facts([
      [texts.seat, html`<strong>${name[this.language]}</strong>`],
      [texts.name, html`<bdi>${member.name}</bdi> · <a href="/account">${texts.change}</a>`],
      [texts.appointedBy, appointedBy[this.language]],
      [texts.term, texts.dates(this.day(from), this.day(until))],
    ]);
    return html`<div @seat-changed=${this.#handleSeat} @profile-changed=${this.#handleProfile}>
      <p class="muted">${texts.text} <a href="/committee">${texts.page}</a></p>
      ${isSoon ? html`<div class="callout"><span>${texts.notBegun(this.day(from))}</span></div>` : nothing}
      <div data-testid="own-seat">${facts}</div>
      <p class="muted">${texts.incompatible}</p>
      <seat-declaration .data=${member}></seat-declaration>
      ${isSoon ? nothing : html`<seat-record></seat-record>`}
      <account-picture .data=${profile}></account-picture>
      <seat-biography .data=${member}></seat-biography>
      <seat-resignation .data=${member}></seat-resignation>
    </div>`;
  }

  #handleSeat = ({ detail }: CustomEvent<OwnSeat>): void => {
    if (this.data) this.data = { ...this.data, ...detail };
  };

  #handleProfile = ({ detail: profile }: CustomEvent<Profile>): void => {
    if (this.data) this.data = { ...this.data, profile };
  };
}

defineElement('seat-own', SeatOwn);
