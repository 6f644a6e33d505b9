/** `<desk-person>`: everything about one person, and what an operator does about them, each with a reason on record. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPerson } from '../../protocol/accounts/people.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CreatorBusiness } from '../../protocol/money/creator-business.ts';
import type { DeskActView } from '../../protocol/money/desk.ts';
import type { Association } from '../../protocol/money/pricing.ts';
import type { HouseRole } from '../../protocol/roles.ts';
import type { Field, RowAct, Values } from '../site/page-part.ts';
import { parsePercent } from '../site/percent.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const HOUSE_ROLES: readonly HouseRole[] = ['reviewer', 'operator'];

interface Shown {
  person: DeskPerson;
  acts: DeskActView[];
  associations: Association[];
}

export class DeskPersonPage extends DeskPart<Shown> {
  static override properties = { ...DeskPart.properties, subject: { attribute: 'person' } };
  /** The id of the person. */
  declare subject: string;
  protected override height = '16rem';

  protected override read = async () => {
    const person = await call('GET /v1/desk/people/:person', { person: this.subject });
    const { acts } = this.know(await call('GET /v1/desk/acts', { subject: this.subject }));
    const { associations } = person.role === 'creator' ? await call('GET /v1/associations') : { associations: [] };
    return { person, acts, associations };
  };

  protected override show({ person, acts, associations }: Shown): unknown {
    const texts = this.desk.people;
    const { actKinds, actBy } = this.desk.overview;
    const record = this.list({
      items: acts,
      testId: 'person-record',
      row: ({ act, by, at, reason }) => ({
        title: actKinds[act],
        lines: [reason && html`<bdi>${this.reasonOf({ act, reason })}</bdi>`, actBy(this.nameOf(by), this.moment(at))],
      }),
    });
    return [
      html`<p><a href="/desk/people">${texts.back}</a></p>
        <section><h1 class="display"><bdi>${person.name}</bdi></h1>${this.#facts(person)}</section>`,
      person.business ? this.#business(person.business) : nothing,
      person.closedAt
        ? nothing
        : this.section(
            'decisions',
            { title: texts.decide, text: this.#mayClose(person) ? '' : texts.cannotClose },
            this.acts(person, this.#acts()),
          ),
      person.closedAt ? nothing : this.#money(person, associations),
      this.section('record', { title: texts.record }, record),
    ];
  }

  #facts({
    id,
    handle,
    addresses,
    createdAt,
    closedAt,
    roles,
    sessions,
    oidcBindings,
    openMatters,
  }: DeskPerson): unknown {
    const texts = this.desk.people;
    const matters = this.words.accounts.data.matters as Record<string, string>;
    const lines = (values: readonly string[]) =>
      values.length > 0 && values.map((value) => html`<p><bdi>${value}</bdi></p>`);
    const facts = this.facts([
      [texts.id, html`<code>${id}</code>`],
      [texts.handle, handle && `@${handle}`],
      [texts.addresses, lines(addresses)],
      [texts.account, closedAt ? texts.closed(this.moment(closedAt)) : texts.since(this.moment(createdAt))],
      [
        texts.rolesTitle,
        lines(
          roles.map(({ role, givenAt, givenBy, requestedAt }) =>
            givenAt === null
              ? texts.requested(texts.roles[role], this.moment(requestedAt))
              : texts.given(texts.roles[role], this.moment(givenAt), this.nameOf(givenBy ?? '')),
          ),
        ),
      ],
      [
        texts.sessions,
        lines(
          sessions.map(({ device, lastUsedAt }) => `${device || texts.unknownDevice} · ${this.moment(lastUsedAt)}`),
        ),
      ],
      [
        texts.oidcBindings,
        lines(oidcBindings.map((it) => `${it.provider} · ${this.moment(it.lastUsedAt ?? it.createdAt)}`)),
      ],
      [texts.openMatters, lines(openMatters.map((each) => matters[each] ?? each))],
    ]);
    return html`<div data-testid="person-facts">${facts}</div>`;
  }

  /** A creator's tax details, as they gave them. */
  #business(business: CreatorBusiness): unknown {
    const texts = this.desk.people.business;
    const { kind, legalName, address, postalCode, city, country, tin, tinCountry, vatStatus, faults } = business;
    const facts = this.facts([
      [texts.kinds[kind], html`<bdi>${[business.firstName, legalName].filter(Boolean).join(' ')}</bdi>`],
      [texts.address, html`<bdi>${address}, ${postalCode} ${city}, ${country}</bdi>`],
      [texts.birthDate, business.birthDate],
      [texts.tin, tin && `${tin} (${tinCountry})`],
      [texts.registrationNumber, business.registrationNumber],
      [texts.vat, [texts.vatStatuses[vatStatus], business.vatNumber].filter(Boolean).join(' · ')],
      [texts.accountIdentifier, business.accountIdentifier],
    ]);
    const named = faults.map((fault) => (fault === 'vatNumber' ? texts.vat : texts[fault])).join(', ');
    return this.section('business', { title: texts.title }, [
      html`<div data-testid="person-business">${facts}</div>`,
      named && html`<p><span class="bad-mark">${texts.faults(named)}</span></p>`,
    ]);
  }

  /** Their country, for VAT, and a creator's pledge. */
  #money({ id }: DeskPerson, associations: readonly Association[]): unknown {
    const texts = this.desk.people;
    const reason: Field = {
      ...{ name: 'reason', label: texts.reason, hint: texts.reasonHint, testId: 'money-reason' },
      maxChars: LIMITS.reasonChars,
    };
    const missing = (values: Values) => ({ reason: values('reason') === '' && texts.reasonHint });
    const country = this.form({
      fields: [
        {
          ...{ name: 'country', label: texts.country, hint: texts.countryHint, testId: 'person-country' },
          ...{ maxChars: 2, isVerbatim: true },
        },
        reason,
      ],
      submit: { label: texts.countryAct, testId: 'person-country-set', look: 'outlined' },
      faults: (values) => ({
        ...missing(values),
        country: !/^[A-Z]{2}$/i.test(values('country')) && texts.countryInvalid,
      }),
      send: async (values) => {
        const asked = { country: values('country').toUpperCase(), reason: values('reason') };
        await call('PUT /v1/buyers/:identity', { identity: id, ...asked });
        await this.reload();
      },
      done: () => texts.done,
      isCleared: true,
    });
    const pledge = this.form({
      fields: [
        {
          ...{ name: 'association', label: texts.association, testId: 'person-association', kind: 'select' },
          options: associations.map((each) => ({ value: each.id, label: each.name })),
        },
        {
          ...{ name: 'percent', label: texts.percent, hint: texts.percentHint, testId: 'person-percent' },
          inputMode: 'decimal',
        },
        reason,
      ],
      submit: { label: texts.pledgeAct, testId: 'person-pledge-set', look: 'outlined' },
      faults: (values) => ({
        ...missing(values),
        percent: parsePercent(values('percent')) === undefined && texts.percentInvalid,
      }),
      send: async (values) => {
        const shareBps = parsePercent(values('percent')) ?? 0;
        const asked = { association: values('association'), shareBps, reason: values('reason') };
        await call('PUT /v1/creators/:identity/pledge', { identity: id, ...asked });
        await this.reload();
      },
      done: () => texts.done,
      isCleared: true,
    });
    return this.section('money', { title: texts.money }, [
      html`<p class="muted">${texts.moneyText} <a class="link" href="/desk/bookings">${texts.bookings}</a></p>`,
      country,
      associations.length > 0 ? pledge : nothing,
    ]);
  }

  #mayClose({ openMatters }: DeskPerson): boolean {
    return openMatters.length === 0;
  }

  #acts(): RowAct<DeskPerson>[] {
    const texts = this.desk.people;
    const holds = ({ roles }: DeskPerson, name: HouseRole) =>
      roles.some(({ role, givenAt }) => role === name && givenAt !== null);
    const isRequested = ({ roles }: DeskPerson) =>
      roles.some(({ role, givenAt }) => role === 'creator' && givenAt === null);
    const decide = (person: string, accepted: boolean, reason: string) =>
      call('POST /v1/desk/people/:person/creator', { person, accepted, reason });
    return [
      this.#reasoned('accept', texts.accept, {
        isFor: isRequested,
        run: ({ id }, reason) => decide(id, true, reason),
      }),
      this.#reasoned('refuse', texts.refuse, {
        isFor: isRequested,
        run: ({ id }, reason) => decide(id, false, reason),
      }),
      ...HOUSE_ROLES.flatMap((role) => [
        this.#reasoned(`give-${role}`, texts.giveRole[role], {
          isFor: (person) => !holds(person, role),
          run: ({ id }, reason) => call('POST /v1/desk/people/:person/roles', { person: id, role, reason }),
        }),
        this.#reasoned(`end-${role}`, texts.endRole[role], {
          isFor: (person) => holds(person, role),
          run: ({ id }, reason) => call('POST /v1/desk/people/:person/roles/end', { person: id, role, reason }),
        }),
      ]),
      this.#reasoned('end-sessions', texts.endSessions, {
        isFor: ({ sessions }) => sessions.length > 0,
        run: ({ id }, reason) => call('POST /v1/desk/people/:person/sessions/end', { person: id, reason }),
      }),
      this.#reasoned('close', texts.close, {
        text: texts.closeText,
        isFor: this.#mayClose,
        run: ({ id }, reason) => call('POST /v1/desk/people/:person/close', { person: id, reason }),
      }),
    ];
  }

  /** Each act is asked for its reason. */
  #reasoned(
    name: string,
    label: string,
    { text, ...act }: Required<Pick<RowAct<DeskPerson>, 'isFor' | 'run'>> & { text?: string },
  ): RowAct<DeskPerson> {
    const texts = this.desk.people;
    return {
      ...{ ...act, label, testId: () => `person-${name}`, done: () => texts.done },
      question: () => ({
        title: text ? texts.closeTitle : label,
        text,
        confirm: label,
        cancel: texts.keep,
        testId: `person-${name}-sure`,
        field: {
          label: texts.reason,
          hint: texts.reasonHint,
          maxChars: LIMITS.reasonChars,
          testId: 'person-reason',
          missing: texts.reasonHint,
        },
      }),
    };
  }
}

defineElement('desk-person', DeskPersonPage);
