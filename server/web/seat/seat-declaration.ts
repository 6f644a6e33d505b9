/** `<seat-declaration>`: what a member has declared, since when it is due, and the form to declare. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CommitteeMember, Declaration } from '../../protocol/trust/committee.ts';
import type { Field } from '../site/page-part.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { SeatPart } from './seat-part.ts';

export class SeatDeclaration extends SeatPart {
  protected override show({ declaration, declarationDueSince: dueSince, from }: CommitteeMember): unknown {
    const texts = this.seat.declaration;
    const isOpen = declaration === null || dueSince !== null;
    const state = dueSince
      ? html`<div class="callout danger" data-testid="declaration-due"><div>
          <strong>${texts.due(this.day(dueSince))}</strong><p>${texts.dueText}</p>
        </div></div>`
      : isOpen && html`<p>${texts.first(this.day(from))}</p>`;
    const form = this.#form(declaration);
    return this.section('declaration', texts, [
      state || nothing,
      declaration ? this.#made(declaration, dueSince !== null) : nothing,
      isOpen ? form : html`<details><summary>${texts.again}</summary>${form}</details>`,
    ]);
  }

  #made({ independent, unpaid, interests, declaredAt, countsUntil }: Declaration, isLapsed: boolean): unknown {
    const texts = this.seat.declaration;
    const facts = this.facts([
      [texts.made, this.day(declaredAt)],
      [isLapsed ? texts.lapsed : texts.counts, this.day(countsUntil)],
      [texts.independence, texts.independent[independent ? 'yes' : 'no']],
      [texts.pay, texts.unpaid[unpaid ? 'yes' : 'no']],
      [texts.interests, interests && html`<p class="words">${interests[this.language]}</p>`],
    ]);
    return html`<div data-testid="declaration">${facts}</div>`;
  }

  /** The answers are given anew each time; the interests begin with those of before. */
  #form(before: Declaration | null): unknown {
    const texts = this.seat.declaration;
    const choice = (name: string, label: string, { yes, no }: { yes: string; no: string }): Field => ({
      ...{ name, label, testId: `declaration-${name}`, kind: 'radio', isRequired: true },
      options: [
        { value: 'yes', label: yes, testId: `${name}-yes` },
        { value: 'no', label: no, testId: `${name}-no` },
      ],
    });
    return this.form({
      fields: [
        choice('independent', texts.independence, texts.independent),
        { ...choice('unpaid', texts.pay, texts.unpaid), hint: texts.explain },
        ...publicTextFields(this.language, {
          ...{ name: 'interests', label: texts.label, value: before?.interests, hint: texts.hint },
          ...{ kind: 'area', rows: 4, maxChars: LIMITS.committeeTextChars, isRequired: true },
        }),
      ],
      submit: { label: texts.act, testId: 'declare' },
      question: () => ({
        ...{ title: texts.askTitle, text: texts.askText, confirm: texts.act, cancel: texts.keep },
        ...{ testId: 'confirm-declaration', isHarmless: true },
      }),
      send: async (values) => {
        const answers = { independent: values('independent') === 'yes', unpaid: values('unpaid') === 'yes' };
        this.announce(
          await call('POST /v1/me/seat/declarations', { ...answers, interests: publicTextOf(values, 'interests') }),
        );
      },
      done: () => texts.done,
      isCleared: true,
    });
  }
}

defineElement('seat-declaration', SeatDeclaration);
