/**
 * Lists and forms of the pages. A part declares what is loaded, how a row reads, what can be done with it, and what a
 * form asks; loading, "Try again", empty states, busy buttons, confirmation, the focus and the marked field are here.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Question } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { button, spinner } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { formatMoment } from './dates.ts';
import { SitePart } from './site-part.ts';

export interface Row {
  title: unknown;
  /** What the row opens, wherever it is pressed. */
  href?: string | undefined;
  state?: { look: 'good' | 'bad' | 'open' | ''; text: string } | undefined;
  /** Below the title, in small type; nothing is left out. */
  lines?: readonly unknown[];
  amount?: unknown;
  testId?: string;
}

/** What can be done with a row, or with the one thing that a part is about. */
export interface RowAct<Item> {
  label: string | ((item: Item) => string);
  /** For screen readers, where the label alone does not say with what. */
  name?: (item: Item) => string;
  testId?: (item: Item) => string;
  /** Absent: it can be done with every row. */
  isFor?: (item: Item) => boolean;
  /** Asked first; with a field, its text is given to `run`. */
  question?: (item: Item) => Question;
  run: (item: Item, text: string) => Promise<unknown>;
  /** What has been done, in words. */
  done?: (item: Item) => string;
  look?: 'filled' | 'danger';
}

export interface List<Item> {
  items: readonly Item[];
  row: (item: Item) => Row;
  acts?: readonly RowAct<Item>[];
  /** Shown instead of no rows. */
  empty?: unknown;
  testId?: string;
  /** Loads the next page, if there is one. */
  more?: { label: string; testId: string; load: () => Promise<unknown> } | undefined;
}

interface Option {
  value: string;
  label: string;
  text?: string;
  group?: string;
  lang?: string;
  testId?: string;
}

export interface Field {
  name: string;
  label: string;
  hint?: string;
  testId: string;
  kind?: 'text' | 'email' | 'number' | 'day' | 'moment' | 'code' | 'area' | 'select' | 'radio' | 'check';
  value?: string | boolean | null;
  /** With a text, each is a card to choose; those of a `select` that follow each other can be a group with a name. */
  options?: readonly Option[];
  placeholder?: string;
  /** Boxes to tick that follow each other with the same legend are one group. */
  legend?: { title: string; text?: string };
  /** Absent: it is always asked. */
  isFor?: (values: Values) => boolean;
  maxChars?: number;
  minChars?: number;
  rows?: number;
  isRequired?: boolean;
  autocomplete?: string;
  inputMode?: 'decimal' | 'numeric';
  /** Of identities and handles, which keyboards would correct. */
  isVerbatim?: boolean;
}

const TYPES: Partial<Record<NonNullable<Field['kind']>, string>> = {
  email: 'email',
  number: 'number',
  day: 'date',
  moment: 'datetime-local',
};

export type Values = (name: string) => string;

export interface Form {
  fields: readonly Field[];
  /** What else is asked, below the fields, such as a picture. */
  content?: TemplateResult | typeof nothing | ((values: Values) => unknown);
  submit: { label: string; testId: string; look?: 'outlined' | 'danger' };
  /** What is wrong with a field, by its name; checked before `question` and `send`. */
  faults?: (values: Values) => Record<string, string | false>;
  question?: (values: Values) => Question | Promise<Question>;
  send: (values: Values, text: string) => Promise<unknown>;
  done?: (values: Values) => string;
  /** Whether the fields are emptied once it is sent. */
  isCleared?: boolean;
}

/** A form whose answer is shown below it, such as a list. */
export interface Search {
  fields: readonly Field[];
  /** Absent: there are choices alone, each of which searches. */
  submit?: { label: string; testId: string };
  /** Takes what is asked, for `read()`. */
  ask: (values: Values) => void;
}

export interface Figure {
  label: string;
  amount: string;
  hint: string;
  testId: string;
  isStrong?: boolean;
}

/** `Data`: what the part shows, as `read()` answers or as the page gives it in `data`. */
export abstract class PagePart<Data = undefined> extends SitePart {
  static override properties = { ...SitePart.properties, data: { attribute: false }, faults: { state: true } };
  /** Undefined while it is loaded. */
  declare data: Data | undefined;
  /** What is wrong with the fields of the form that was sent last, by their names. */
  declare faults: Record<string, string | false>;

  /** As high as what is loaded will be about; without it, nothing stands in for it. */
  protected readonly height: string | undefined = undefined;
  /** Where a list may be longer than the screen. */
  protected readonly hasMessagesFirst: boolean = false;

  /** How often `read()` was called. */
  #reads = 0;
  /** What stands in each form, by the test id of its button. */
  readonly #given = new Map<string, FormData>();

  constructor() {
    super();
    this.faults = {};
  }

  protected read?(): Promise<Data>;
  protected show(_data: Data): unknown {
    return nothing;
  }

  /** Whether the part has nothing to say, such as an empty list that most people never fill. */
  protected isHidden(_data: Data): boolean {
    return false;
  }

  protected override async load(): Promise<void> {
    if (!this.read) return;
    this.#reads += 1;
    const reads = this.#reads;
    const data = await this.read();
    // Something else was asked meanwhile.
    if (reads === this.#reads) this.data = data;
  }

  /** Adds to what is shown, such as the next page; not to what has been read anew meanwhile. */
  protected async extend(next: (data: Data) => Promise<Data>): Promise<void> {
    const { data } = this;
    if (data === undefined) return;
    const extended = await next(data);
    if (this.data === data) this.data = extended;
  }

  override render(): unknown {
    const { data, hasMessagesFirst } = this;
    const isMissing = data === undefined && this.read !== undefined;
    if (!isMissing && this.isHidden(data as Data) && !this.hasMessages) return nothing;
    const content = isMissing ? this.#waiting() : this.show(data as Data);
    return html`${hasMessagesFirst ? this.messages() : nothing}${content}${hasMessagesFirst ? nothing : this.messages()}`;
  }

  /** What follows it on the page is hidden until then, so that nothing moves once it is seen. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.toggleAttribute('pending', this.data === undefined && this.read !== undefined && !this.isLost);
  }

  #waiting(): unknown {
    return this.isLost || !this.height ? nothing : html`<div class="waiting" style="height: ${this.height}"></div>`;
  }

  protected moment(at: string): string {
    return formatMoment(at, this.language);
  }

  /** A part of a page under its heading, with the messages of the acts in it. */
  protected section(id: string, { title, text }: { title: string; text?: string }, content: unknown): TemplateResult {
    return html`<section aria-labelledby=${id}>
      <h2 id=${id} class="display" tabindex="-1">${title}</h2>
      ${text ? html`<p class="muted">${text}</p>` : nothing} ${content}
    </section>`;
  }

  protected list<Item>({ items, row, acts = [], empty, testId, more }: List<Item>): unknown {
    if (items.length === 0) return empty === undefined ? nothing : html`<p class="muted">${empty}</p>`;
    return html`<ul class="rows" data-testid=${testId ?? nothing}>
        ${items.map((item, index) => this.#row(item, row(item), acts, index))}
      </ul>
      ${more ? html`<p class="buttons">${button({ ...more, isOutlined: true, isBusy: this.busy === more.testId, onClick: () => void this.act(more.testId, more.load) })}</p>` : nothing}`;
  }

  #row<Item>(
    item: Item,
    { title, href, state, lines = [], amount, testId }: Row,
    acts: readonly RowAct<Item>[],
    index: number,
  ) {
    return html`<li data-testid=${testId ?? nothing} class=${href ? 'opens' : nothing}>
      <div class="what">
        <p class="line"><strong>${href ? html`<a href=${href}>${title}</a>` : title}</strong>${state ? html`<span class="state ${state.look}">${state.text}</span>` : nothing}</p>
        ${lines.map((line) => (line ? html`<p class="small muted">${line}</p>` : nothing))}
      </div>
      ${amount ? html`<span class="amount">${amount}</span>` : nothing}
      ${this.acts(item, acts, index)}
    </li>`;
  }

  /** What can be done with one thing; `index` is its place in a list. */
  protected acts<Item>(item: Item, acts: readonly RowAct<Item>[], index = 0): unknown {
    const possible = acts.filter((act) => act.isFor?.(item) ?? true);
    if (possible.length === 0) return nothing;
    return html`<div class="acts">${possible.map((act) => this.#act(item, act, index))}</div>`;
  }

  #act<Item>(item: Item, act: RowAct<Item>, index: number): TemplateResult {
    const label = typeof act.label === 'string' ? act.label : act.label(item);
    const name = `${act.testId?.(item) ?? label} ${index}`;
    const look = act.look === 'filled' ? '' : (act.look ?? 'outlined small');
    return html`<button
      type="button"
      class="button ${look}"
      aria-label=${act.name?.(item) ?? nothing}
      data-testid=${act.testId?.(item) ?? nothing}
      aria-busy=${this.busy === name}
      ?disabled=${this.busy !== '' && this.busy !== name}
      @click=${(event: Event) => this.#run(item, act, { name, index, list: (event.currentTarget as Element | null)?.closest('ul') ?? null })}
    ><span>${label}</span>${this.busy === name ? spinner() : nothing}</button>`;
  }

  async #run<Item>(
    item: Item,
    act: RowAct<Item>,
    { name, index, list }: { name: string; index: number; list: Element | null },
  ): Promise<void> {
    const text = act.question ? await this.ask(act.question(item)) : '';
    if (text === undefined) return;
    const isDone = await this.act(name, async () => {
      await act.run(item, text);
      await this.reload();
    });
    if (!isDone) return;
    this.note = act.done?.(item) ?? '';
    if (this.isConnected) void this.updateComplete.then(() => this.#keepFocus(list, index));
  }

  /** A row that went takes the focus with it: it moves to the row that took its place, or to the heading. */
  #keepFocus(list: Element | null, index: number): void {
    if (this.shadowRoot?.activeElement) return;
    const rows = list?.isConnected ? [...list.querySelectorAll<HTMLElement>(':scope > li')] : [];
    const next = rows[Math.min(index, rows.length - 1)]?.querySelector<HTMLElement>('button');
    (next ?? this.renderRoot.querySelector<HTMLElement>('h2'))?.focus();
  }

  /** Pairs; those without a value are left out. */
  protected facts(
    pairs: readonly (readonly [label: unknown, value: unknown, look?: 'sum' | 'indent'])[],
  ): TemplateResult {
    return html`<dl class="facts">
      ${pairs.map(([label, value, look = '']) => (value ? html`<dt class=${look}>${label}</dt><dd class=${look}>${value}</dd>` : nothing))}
    </dl>`;
  }

  protected figures(figures: readonly Figure[]): TemplateResult {
    return html`<dl class="figures">
      ${figures.map(
        ({ label, amount, hint, testId, isStrong }) => html`<div class=${isStrong ? 'strong' : nothing}>
          <dt>${label}</dt>
          <dd class="amount" data-testid=${testId}>${amount}</dd>
          <dd class="small">${hint}</dd>
        </div>`,
      )}
    </dl>`;
  }

  protected search({ fields, submit, ask }: Search): TemplateResult {
    const isBusy = submit !== undefined && this.busy === submit.testId;
    const search = (event: Event) => {
      event.preventDefault();
      ask(valuesOf(event.currentTarget as HTMLFormElement));
      void this.#search(submit?.testId ?? '');
    };
    const isChoice = ({ target }: Event) => (target as HTMLElement).matches('select, [type=checkbox]');
    return html`<form class="search" role="search" @submit=${search} @change=${(event: Event) => isChoice(event) && search(event)}>
      ${fields.map((field) => this.#field(field))}
      ${submit ? html`<button type="submit" class="button" data-testid=${submit.testId} aria-busy=${isBusy}><span>${submit.label}</span>${isBusy ? spinner() : nothing}</button>` : nothing}
    </form>`;
  }

  /** The answer to an earlier search is not waited for. */
  async #search(name: string): Promise<void> {
    this.note = '';
    this.problem = '';
    this.busy = name;
    const reads = this.#reads + 1;
    await this.reload();
    if (reads === this.#reads) this.busy = '';
  }

  protected form({ fields: all, submit, ...rest }: Form): TemplateResult {
    const isBusy = this.busy === submit.testId;
    const given = this.#given.get(submit.testId);
    const values: Values = (name) => {
      const { kind, value } = all.find((field) => field.name === name) ?? {};
      const isAsked = given !== undefined && (given.has(name) || kind === 'check');
      return String((isAsked ? given.get(name) : value) || '').trim();
    };
    const fields = all.filter(({ isFor }) => isFor?.(values) ?? true);
    const take = ({ currentTarget }: Event) => {
      this.#given.set(submit.testId, new FormData(currentTarget as HTMLFormElement));
      if (all.some(({ isFor }) => isFor)) this.requestUpdate();
    };
    return html`<form class="card" novalidate @input=${take} @submit=${(event: Event) => this.#send(event, { fields, submit, ...rest })}>
      ${this.#fields(fields)} ${typeof rest.content === 'function' ? rest.content(values) : (rest.content ?? nothing)}
      <button
        type="submit"
        class="button ${submit.look ?? ''}"
        data-testid=${submit.testId}
        aria-busy=${isBusy}
        ?disabled=${this.busy !== '' && !isBusy}
      ><span>${submit.label}</span>${isBusy ? spinner() : nothing}</button>
    </form>`;
  }

  /** By name: what was typed stays in its field where another one comes or goes. */
  #fields(fields: readonly Field[]): unknown {
    const draw = (field: Field, index: number) => (field.legend ? this.#group(fields, index) : this.#field(field));
    return repeat(fields, ({ name }) => name, draw);
  }

  #group(fields: readonly Field[], index: number): unknown {
    const { title, text } = fields[index]?.legend ?? { title: '' };
    const isOf = ({ legend }: Field) => legend?.title === title;
    if (fields.findIndex(isOf) < index) return nothing;
    return html`<fieldset>
      <legend>${title}</legend>
      ${text ? html`<p class="small muted">${text}</p>` : nothing}
      ${fields.filter(isOf).map((field) => this.#field(field))}
    </fieldset>`;
  }

  #field(field: Field): TemplateResult {
    const { name, label, hint, kind = 'text', value } = field;
    const fault = this.faults[name];
    const described = fault || hint;
    if (kind === 'check')
      return html`<label class="check"><input type="checkbox" name=${name} .checked=${value === true} aria-invalid=${fault ? 'true' : nothing} data-testid=${field.testId} /><span>${label}${described ? html` <small class=${fault ? 'fault' : 'muted'}>${described}</small>` : nothing}</span></label>`;
    const note = described
      ? html`<small id="${name}-hint" class=${fault ? 'fault' : ''}>${described}</small>`
      : nothing;
    if (kind === 'radio')
      return html`<fieldset data-testid=${field.testId}>
        <legend>${label}</legend>
        ${field.options?.map((option) => html`<label class=${option.text ? 'choice' : 'check'}><input type="radio" name=${name} value=${option.value} .checked=${option.value === value} data-testid=${option.testId ?? nothing} />${option.text ? html`<b>${option.label}</b><small>${option.text}</small>` : option.label}</label>`)}
        ${note}
      </fieldset>`;
    return html`<label class="field">
      <span>${label}</span>
      ${this.#control(field, described ? `${name}-hint` : undefined)} ${note}
    </label>`;
  }

  #control(field: Field, described: string | undefined): TemplateResult {
    const { name, kind = 'text', value, testId } = field;
    const isFaulty = this.faults[name] ? 'true' : nothing;
    if (kind === 'select')
      return html`<select name=${name} autocomplete=${field.autocomplete ?? nothing} data-testid=${testId} aria-describedby=${described ?? nothing} aria-invalid=${isFaulty}>
        ${optionsIn(field)}
      </select>`;
    if (kind === 'area')
      return html`<textarea
        name=${name}
        rows=${field.rows ?? 3}
        maxlength=${field.maxChars ?? nothing}
        ?required=${field.isRequired ?? false}
        .value=${value ?? ''}
        aria-describedby=${described ?? nothing}
        aria-invalid=${isFaulty}
        data-testid=${testId}
      ></textarea>`;
    return html`<input
      name=${name}
      type=${TYPES[kind] ?? 'text'}
      class=${kind === 'code' ? 'code' : nothing}
      autocomplete=${field.autocomplete ?? 'off'}
      autocapitalize=${field.isVerbatim ? 'none' : nothing}
      spellcheck=${field.isVerbatim ? 'false' : nothing}
      inputmode=${field.inputMode ?? nothing}
      placeholder=${field.placeholder ?? nothing}
      minlength=${field.minChars ?? nothing}
      maxlength=${field.maxChars ?? nothing}
      ?required=${field.isRequired ?? false}
      .value=${value ?? ''}
      aria-describedby=${described ?? nothing}
      aria-invalid=${isFaulty}
      data-testid=${testId}
    />`;
  }

  async #send(event: Event, form: Form): Promise<void> {
    event.preventDefault();
    const element = event.target as HTMLFormElement;
    const values = valuesOf(element);
    this.note = '';
    this.faults = { ...this.#missing(form.fields, values), ...form.faults?.(values) };
    const faulty = form.fields.find(({ name }) => this.faults[name]);
    if (faulty) {
      await this.updateComplete;
      element.querySelector<HTMLElement>(`[name="${faulty.name}"]`)?.focus();
      return;
    }
    const text = form.question ? await this.#asked(form, values) : '';
    if (text === undefined) return;
    const isDone = await this.act(form.submit.testId, async () => {
      await form.send(values, text);
      await this.reload();
    });
    if (!isDone) return;
    if (form.isCleared) {
      element.reset();
      this.#given.delete(form.submit.testId);
    }
    this.note = form.done?.(values) ?? '';
  }

  async #asked({ submit, question }: Form, values: Values): Promise<string | undefined> {
    let asked: Question | undefined;
    await this.act(submit.testId, async () => {
      asked = await question?.(values);
    });
    return asked && this.ask(asked);
  }

  #missing(fields: readonly Field[], values: Values): Record<string, string | false> {
    const { fieldMissing } = this.words.site;
    return Object.fromEntries(
      fields.map(({ name, isRequired }) => [name, isRequired === true && values(name) === '' && fieldMissing]),
    );
  }
}

function optionsIn({ options = [], value }: Field): unknown {
  const draw = (option: Option) =>
    html`<option value=${option.value} lang=${option.lang ?? nothing} ?selected=${option.value === value}>${option.label}</option>`;
  return options.map((option, index) => {
    const { group } = option;
    if (group === undefined) return draw(option);
    if (options[index - 1]?.group === group) return nothing;
    return html`<optgroup label=${group}>${options.filter((each) => each.group === group).map(draw)}</optgroup>`;
  });
}

function valuesOf(form: HTMLFormElement): Values {
  const data = new FormData(form);
  return (name) => String(data.get(name) ?? '').trim();
}
