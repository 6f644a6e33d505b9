/** `<review-order>`: files the order of an authority with its legal ground; it becomes a case of its own. */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import '@awesome.me/webawesome/dist/components/textarea/textarea.js';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OrderInput } from '../../protocol/trust/decisions.ts';

import { DeskPart, textOf } from '../desk/desk-part.ts';
import { leaveFor } from '../site/leave-page.ts';

const SUBJECTS = ['live', 'message', 'person'] as const;
const FIELDS = ['room', 'id', 'authority', 'legalGround', 'reference', 'note'] as const;
type Field = (typeof FIELDS)[number];
const NAME_CHARS = 200;

export class ReviewOrder extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    subject: { state: true },
    category: { state: true },
    given: { state: true },
  };
  declare subject: (typeof SUBJECTS)[number];
  declare category: string;
  declare given: Readonly<Record<Field, string>>;

  static override styles = [...DeskPart.styles];

  constructor() {
    super();
    this.subject = 'live';
    this.category = 'illegal';
    this.given = { room: '', id: '', authority: '', legalGround: '', reference: '', note: '' };
  }

  override render(): TemplateResult {
    const texts = this.words.review;
    const { subject, given } = this;
    const isComplete = given.room && given.authority && given.legalGround && (subject === 'live' || given.id);
    return html`<form class="form" @submit=${(event: Event) => event.preventDefault()}>
      <p class="muted">${texts.orderText}</p>
      ${this.#field('authority', { label: texts.authority, hint: texts.authorityHint })}
      ${this.#field('legalGround', { label: texts.legalGround, maxChars: LIMITS.reasonChars })}
      ${this.#field('reference', { label: texts.reference, hint: texts.optional })}
      ${this.#field('room', { label: texts.orderRoom, hint: texts.orderRoomHint })}
      ${keyed(
        this.language,
        html`<wa-select label=${texts.orderSubject} data-testid="order-subject" .value=${subject} @change=${(
          event: Event,
        ) => {
          this.subject = textOf(event) as ReviewOrder['subject'];
        }}>
        ${SUBJECTS.map((name) => html`<wa-option value=${name}>${texts.orderSubjects[name]}</wa-option>`)}
      </wa-select>`,
      )}
      ${subject === 'live' ? nothing : this.#field('id', { label: texts.orderId[subject] })}
      ${keyed(
        this.language,
        html`<wa-select label=${texts.category} .value=${this.category} @change=${(event: Event) => {
          this.category = textOf(event);
        }}>
        ${Object.entries(texts.categories).map(([name, words]) => html`<wa-option value=${name}>${words}</wa-option>`)}
      </wa-select>`,
      )}
      <wa-textarea label=${texts.orderNote} rows="4" maxlength=${LIMITS.reportNoteChars} data-testid="order-note" .value=${given.note} @input=${(event: Event) => this.#take('note', event)}></wa-textarea>
      ${this.messages()}
      <wa-button variant="neutral" data-testid="order-file" ?disabled=${!isComplete} ?loading=${this.busy === 'file'} @click=${this.#file}>${texts.fileOrder}</wa-button>
    </form>`;
  }

  #field(
    name: Field,
    { label, hint, maxChars = NAME_CHARS }: { label: string; hint?: string; maxChars?: number },
  ): TemplateResult {
    return html`<wa-input label=${label} hint=${hint ?? nothing} maxlength=${maxChars} autocomplete="off" data-testid="order-${name}" .value=${this.given[name]} @input=${(event: Event) => this.#take(name, event)}></wa-input>`;
  }

  #take(name: Field, event: Event): void {
    this.given = { ...this.given, [name]: textOf(event) };
  }

  #file = (): Promise<boolean> =>
    this.act('file', async () => {
      const { id, room, note, reference, ...named } = trimmed(this.given);
      const subject = this.subject === 'live' ? { kind: 'live' } : { kind: this.subject, id };
      const order = { ...named, room: roomIn(room), subject, category: this.category };
      const { id: of } = await call('POST /v1/review/orders', {
        ...order,
        ...(note && { note }),
        ...(reference && { reference }),
      } as OrderInput);
      await leaveFor(`/review/${of}`);
    });
}

function trimmed(given: Readonly<Record<Field, string>>): Record<Field, string> {
  return Object.fromEntries(FIELDS.map((name) => [name, given[name].trim()])) as Record<Field, string>;
}

/** The id in the address of a room, or what was given. */
function roomIn(given: string): string {
  return /room_\w+/.exec(given)?.[0] ?? given;
}

defineElement('review-order', ReviewOrder);
