/** `<desk-seat>`: one seat of the committee: who holds it, and what an operator can do about it. */
import { css, html, nothing, type PropertyValues } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { OperatorInvitation } from '../../protocol/accounts/operators.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OpenInvitation } from '../../protocol/roles.ts';
import type { CommitteeMember, CommitteeSeat, CommitteeView } from '../../protocol/trust/committee.ts';
import { formatDate } from '../site/dates.ts';
import type { RowAct, Values } from '../site/page-part.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

/** The form that is open; `removal` with the member whom it is about. */
type Opened = { form: 'invitation' | 'name' } | { form: 'removal'; member: CommitteeMember };

export class DeskSeat extends DeskPart<CommitteeSeat> {
  static override properties = {
    ...DeskPart.properties,
    ...{ invited: { attribute: false }, opened: { state: true }, invitation: { state: true } },
  };
  /** Who can accept it. */
  declare invited: readonly OpenInvitation[];
  declare opened: Opened | undefined;
  /** Just created; its link is shown once. */
  declare invitation: OperatorInvitation | undefined;
  protected override readonly hasMessagesFirst = false;

  static override styles = [
    ...DeskPart.styles,
    css`
      .facts {
        margin-block: var(--_space-8);
      }

      .form {
        display: grid;
        gap: var(--_space-12);
        max-width: 32rem;
        margin-top: var(--_space-24);
      }

      .field.link {
        display: grid;
        max-width: 32rem;
        margin-top: var(--_space-16);
        text-decoration: none;
        cursor: default;
      }

      form.card + .acts {
        margin-top: 0;
      }
    `,
  ];

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.has('opened') && this.opened)
      this.renderRoot.querySelector<HTMLElement>('form :is(input, textarea)')?.focus();
  }

  protected override show(seat: CommitteeSeat): unknown {
    const texts = this.desk.committee;
    const { name, member, next, vacantSince } = seat;
    return this.section('seat', { title: name[this.language] }, [
      vacantSince ? html`<p><span class="state open">${texts.vacant(this.#day(vacantSince))}</span></p>` : nothing,
      member ? this.#member(texts.member, member) : nothing,
      next ? this.#member(texts.next, next) : nothing,
      this.invited.map(
        ({ address, expiresAt }) =>
          html`<p class="muted" data-testid="invited">${texts.invited(address, this.moment(expiresAt))}</p>`,
      ),
      this.opened ? this.#form(seat, this.opened) : this.acts(seat, this.#acts()),
      this.invitation ? this.#link(this.invitation) : nothing,
    ]);
  }

  #member(title: string, { term, name, appointedBy, from, until, ...member }: CommitteeMember): unknown {
    const texts = this.desk.committee;
    const { declaration, declarationDueSince: dueSince } = member;
    const counts = declaration ? texts.counts(this.#day(declaration.countsUntil)) : texts.notDue;
    const facts = this.facts([
      [title, html`<strong><bdi>${name}</bdi></strong>`],
      [texts.term, texts.dates(this.#day(from), this.#day(until))],
      [texts.appointedBy, appointedBy[this.language]],
      [texts.declaration, dueSince ? html`<span class="bad-mark">${texts.due(this.#day(dueSince))}</span>` : counts],
    ]);
    return html`<div data-testid="member-${term}">${facts}</div>`;
  }

  #acts(): RowAct<CommitteeSeat>[] {
    const texts = this.desk.committee;
    const isVacant = ({ member, next }: CommitteeSeat) => !member && !next;
    const removalOf = (who: 'member' | 'next'): RowAct<CommitteeSeat> => ({
      label: texts.remove,
      name: (seat) => texts.actOf(texts.remove, seat[who]?.name ?? ''),
      testId: () => `removal-${who}`,
      isFor: (seat) => seat[who] !== null,
      run: async ({ [who]: member }) => {
        if (member) this.#open({ form: 'removal', member });
      },
    });
    return [
      {
        label: (seat) => this.#inviteLabel(seat),
        name: (seat) => texts.actOf(this.#inviteLabel(seat), seat.name[this.language]),
        testId: () => 'member-invite',
        isFor: ({ next }) => !next,
        run: async () => this.#open({ form: 'invitation' }),
      },
      {
        label: texts.rename,
        name: ({ name }) => texts.actOf(texts.rename, name[this.language]),
        testId: () => 'seat-rename',
        isFor: isVacant,
        run: async () => this.#open({ form: 'name' }),
      },
      {
        label: texts.removeSeat,
        name: ({ name }) => texts.actOf(texts.removeSeat, name[this.language]),
        testId: () => 'seat-remove',
        isFor: isVacant,
        question: ({ name }) => ({
          ...{ title: texts.removeSeatTitle(name[this.language]), text: texts.removeSeatText },
          ...{ confirm: texts.removeSeat, cancel: texts.keep, testId: 'confirm-seat-remove' },
        }),
        run: async ({ id: seat }) => this.#announce(await call('DELETE /v1/desk/committee/seats/:seat', { seat })),
      },
      removalOf('member'),
      removalOf('next'),
    ];
  }

  #inviteLabel({ member }: CommitteeSeat): string {
    const { invite, inviteNext } = this.desk.committee;
    return member ? inviteNext : invite;
  }

  #form(seat: CommitteeSeat, opened: Opened): unknown {
    const forms = {
      invitation: () => this.#invitationForm(seat),
      name: () => this.#nameForm(seat),
      removal: () => (opened.form === 'removal' ? this.#removalForm(opened.member) : nothing),
    };
    const close = {
      label: this.desk.committee.cancel,
      testId: () => 'seat-cancel',
      run: async () => this.#open(undefined),
    };
    return html`<div class="form">${forms[opened.form]()}${this.acts(seat, [close])}</div>`;
  }

  #nameForm({ id: seat, name }: CommitteeSeat): unknown {
    const texts = this.desk.committee;
    return this.form({
      fields: publicTextFields(this.language, {
        ...{ name: 'name', label: texts.name, value: name, maxChars: LIMITS.titleChars, isRequired: true },
      }),
      submit: { label: texts.renameAct, testId: 'seat-save-name' },
      send: async (values) => {
        this.#announce(
          await call('PATCH /v1/desk/committee/seats/:seat', { seat, name: publicTextOf(values, 'name') }),
        );
        this.#open(undefined);
      },
      done: () => texts.renamed,
    });
  }

  #invitationForm(seat: CommitteeSeat): unknown {
    const texts = this.desk.committee;
    const by = publicTextFields(this.language, {
      ...{ name: 'by', label: texts.by, maxChars: LIMITS.titleChars, isRequired: true },
    });
    const form = this.form({
      fields: [
        {
          ...{ name: 'address', label: texts.address, testId: 'invitation-address', kind: 'email', maxChars: 254 },
          ...{ isRequired: true, isVerbatim: true },
        },
        ...by.map((field) => ({ ...field, hint: texts.byHint[field.name === 'by-en' ? 'en' : 'fr'] })),
        {
          ...{ name: 'from', label: texts.from, testId: 'invitation-from', kind: 'day' },
          ...(seat.member ? { isRequired: true } : { hint: texts.fromHint }),
        },
        {
          ...{ name: 'until', label: texts.until, testId: 'invitation-until', kind: 'day', isRequired: true },
          hint: texts.untilHint(LIMITS.committeeTermYears),
        },
      ],
      submit: { label: texts.inviteAct, testId: 'invitation-create' },
      faults: (values) => this.#faultsOf(values, seat),
      send: async (values) => {
        const { from, until } = termOf(values);
        this.invitation = await call('POST /v1/desk/committee/seats/:seat/invitations', {
          ...{ seat: seat.id, address: values('address'), appointedBy: publicTextOf(values, 'by') },
          ...{ until: until.toISOString(), ...(from && { from: from.toISOString() }) },
        });
        this.#open(undefined, this.invitation);
      },
    });
    return [html`<h3>${this.#inviteLabel(seat)}</h3><p class="muted">${texts.inviteText}</p>`, form];
  }

  /** What the server would refuse without saying it in the operator's language. */
  #faultsOf(values: Values, { member }: CommitteeSeat): Record<string, string | false> {
    const texts = this.desk.committee;
    const isAddress = /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(values('address'));
    const faults = { ...(isAddress ? {} : { address: texts.addressInvalid }) };
    if (!values('until')) return faults;
    const { from = new Date(), until } = termOf(values);
    const latest = new Date(from);
    latest.setFullYear(latest.getFullYear() + LIMITS.committeeTermYears);
    if (member && from < new Date(member.until)) return { ...faults, from: texts.overlaps(this.#day(member.until)) };
    if (until < new Date()) return { ...faults, until: texts.past };
    if (until < from) return { ...faults, until: texts.order };
    return { ...faults, until: until > latest && texts.tooLong(LIMITS.committeeTermYears) };
  }

  #removalForm({ term, name }: CommitteeMember): unknown {
    const texts = this.desk.committee;
    const form = this.form({
      fields: publicTextFields(this.language, {
        ...{ name: 'reason', label: texts.reason, kind: 'area', rows: 4 },
        ...{ maxChars: LIMITS.committeeTextChars, isRequired: true },
      }),
      submit: { label: texts.removeAct, testId: 'removal-send', look: 'danger' },
      question: (values) => {
        const { en, fr } = publicTextOf(values, 'reason');
        return {
          title: texts.askTitle(name),
          text: html`<p>${texts.askText}</p><p lang="fr">« ${fr} »</p><p lang="en">“${en}”</p>`,
          ...{ confirm: texts.removeAct, cancel: texts.cancel, testId: 'confirm-removal' },
        };
      },
      send: async (values) => {
        const reason = publicTextOf(values, 'reason');
        this.#announce(await call('POST /v1/desk/committee/terms/:term/removal', { term, reason }));
        this.#open(undefined);
      },
      done: () => texts.removed,
    });
    return [
      html`<h3>${texts.removeTitle(name)}</h3>
        <div class="callout danger" data-testid="removal-warning"><div><strong>${texts.removeText}</strong><p>${texts.removeMore} <a href="/committee">${texts.page}</a></p></div></div>`,
      form,
    ];
  }

  #link({ address, url, expiresAt }: OperatorInvitation): unknown {
    const texts = this.desk.committee;
    return html`<label class="field link">
      <span>${texts.link(address)}</span>
      <input
        readonly
        .value=${url}
        aria-describedby="link-hint"
        data-testid="invitation-link"
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      />
      <small id="link-hint">${texts.linkHint(this.moment(expiresAt))}</small>
    </label>`;
  }

  /** A link is shown until something else is opened. */
  #open(opened: Opened | undefined, invitation?: OperatorInvitation): void {
    this.opened = opened;
    this.invitation = invitation;
    this.faults = {};
  }

  #announce(committee: CommitteeView): void {
    this.emit('committee-changed', committee);
  }

  #day(at: string): string {
    return formatDate(at, this.language);
  }
}

/** Whole days of the operator's time zone, the last one included. */
function termOf(values: Values): { from: Date | undefined; until: Date } {
  const [from, until] = [values('from'), values('until')];
  return { from: from ? new Date(`${from}T00:00`) : undefined, until: new Date(`${until}T23:59:59.999`) };
}

defineElement('desk-seat', DeskSeat);
