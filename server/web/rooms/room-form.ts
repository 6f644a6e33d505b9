/** What the forms of a room share: fields as text, their faults in words, title, text and date. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/textarea/textarea.js';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { fieldFault } from '../../../client-sdk/elements/controls/field-fault.ts';
import { currencySymbol, formatMoney, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Picture } from '../../protocol/pictures.ts';
import type { Room } from '../../protocol/rooms.ts';
import { SitePart } from '../site/site-part.ts';
import { createRoomStyles } from '../styles/create-room-styles.ts';
import { listedSwitch, listedSwitchStyles } from './listed-switch.ts';
import './poster-field.ts';
import type { PosterField } from './poster-field.ts';

export const TICKET_PRICE = { minMinor: LIMITS.ticketMinMinor, maxMinor: LIMITS.ticketMaxMinor };

interface FieldAbout {
  label: string;
  id: string;
  hint?: string;
  placeholder?: string;
  maxlength?: number;
  inputmode?: string;
}

/** What is wrong with a field, in words. */
export class FormFault<Field extends string = string> extends Error {
  readonly field: Field;

  constructor(field: Field, message: string) {
    super(message);
    this.field = field;
  }
}

export abstract class RoomForm<Field extends string> extends SitePart {
  static override properties = {
    ...SitePart.properties,
    currency: {},
    form: { state: true },
    listed: { state: true },
    fault: { state: true },
  };
  declare currency: string;
  /** The fields, as text. */
  declare form: Record<Field | 'roomTitle' | 'text' | 'startsAt', string>;
  declare fault: FormFault | undefined;
  /** Whether everybody may find the room; otherwise only those with its link. */
  declare listed: boolean;

  static override styles = [...SitePart.styles, createRoomStyles, listedSwitchStyles];

  constructor() {
    super();
    this.currency = 'eur';
    this.listed = false;
    this.fault = undefined;
  }

  protected abstract send(): Promise<void>;

  protected titleField(): TemplateResult {
    const words = this.words.rooms;
    return this.input('roomTitle', {
      label: words.title,
      id: 'room-title',
      placeholder: words.titlePlaceholder,
      maxlength: LIMITS.titleChars,
    });
  }

  protected textField(): TemplateResult {
    const words = this.words.rooms;
    return html`<wa-textarea
      label=${words.text}
      hint=${words.textHint}
      maxlength=${LIMITS.roomTextChars}
      rows="3"
      resize="auto"
      data-testid="room-text"
      .value=${this.form.text}
      @input=${(event: Event) => this.set('text', event)}
    ></wa-textarea>`;
  }

  protected posterField(poster: Picture = null): TemplateResult {
    return html`<poster-field .poster=${poster}></poster-field>`;
  }

  /** Sends the poster that was chosen; answers the room where there was one. */
  protected async savePoster(room: string): Promise<Room | undefined> {
    return this.renderRoot.querySelector<PosterField>('poster-field')?.save(room);
  }

  protected dateField(hint: string): TemplateResult {
    return html`<wa-input
      type="datetime-local"
      label=${this.words.rooms.startsAt}
      data-testid="room-starts-at"
      .value=${this.form.startsAt}
      @input=${(event: Event) => this.set('startsAt', event)}
      ${fieldFault(this.faultOf('startsAt'), hint)}
    ></wa-input>`;
  }

  protected listedField(): TemplateResult {
    return listedSwitch({
      words: this.words,
      listed: this.listed,
      id: 'room-listed',
      change: (listed) => {
        this.listed = listed;
      },
    });
  }

  protected input(
    field: Field | 'roomTitle' | 'text' | 'startsAt',
    about: FieldAbout,
    end: unknown = nothing,
  ): TemplateResult {
    return html`<wa-input
      label=${about.label}
      placeholder=${about.placeholder ?? nothing}
      maxlength=${about.maxlength ?? nothing}
      inputmode=${about.inputmode ?? nothing}
      autocomplete="off"
      data-testid=${about.id}
      .value=${this.form[field]}
      @input=${(event: Event) => this.set(field, event)}
      @keydown=${this.#submitOnEnter}
      ${fieldFault(this.faultOf(field), about.hint)}
      >${end}</wa-input
    >`;
  }

  protected amount(field: Field, about: { label: string; hint: string; id: string }): TemplateResult {
    return this.input(
      field,
      { ...about, inputmode: 'decimal' },
      html`<span slot="end" class="muted">${currencySymbol(this.currency, this.language)}</span>`,
    );
  }

  protected faultOf(field: string): string {
    return this.fault?.field === field ? this.fault.message : '';
  }

  protected set(field: Field | 'roomTitle' | 'text' | 'startsAt', event: Event): void {
    if (this.fault?.field === field) this.fault = undefined;
    this.form = { ...this.form, [field]: (event.target as HTMLInputElement).value ?? '' };
  }

  protected limit(amountMinor: number): string {
    return formatMoney(amountMinor, this.currency, this.language);
  }

  /** Undefined where the text is no price within these limits. */
  protected readPrice(
    text: string,
    { minMinor, maxMinor }: { minMinor: number; maxMinor: number },
  ): number | undefined {
    const priceMinor = parseMoney(text, this.currency);
    return priceMinor !== undefined && priceMinor >= minMinor && priceMinor <= maxMinor ? priceMinor : undefined;
  }

  protected readTitle(): string {
    const title = this.form.roomTitle.trim();
    if (title === '') throw new FormFault('roomTitle', this.words.rooms.titleMissing);
    return title;
  }

  /** ISO 8601; undefined where there is no date. */
  protected readStart(): string | undefined {
    const { startsAt } = this.form;
    if (startsAt === '') return undefined;
    const start = new Date(startsAt);
    if (start.getTime() < Date.now()) throw new FormFault('startsAt', this.words.rooms.startsAtPast);
    return start.toISOString();
  }

  protected readonly submit = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    if (this.busy) return;
    this.fault = undefined;
    try {
      await this.send();
    } catch (error) {
      if (!(error instanceof FormFault)) throw error;
      this.fault = error;
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('wa-input.faulty')?.focus();
    }
  };

  readonly #submitOnEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.isComposing) void this.submit();
  };
}
