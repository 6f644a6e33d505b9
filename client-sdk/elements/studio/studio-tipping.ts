/** `<loge-studio-tipping>`: sets the shared goal and the tip menu of the room. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Goal, TipMenuItem } from '../../../server/protocol/money/tipping.ts';
import { createKey } from '../../client/random-key.ts';
import type { Room } from '../../client/room.ts';
import { fieldStyles } from '../controls/fields.ts';
import { icon } from '../controls/more-icons.ts';
import { quietStyles } from '../controls/quiet-button.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { currencySymbol, formatAmount, parseMoney } from '../texts/format.ts';
import '../texts/inside-texts.ts';
import '../texts/studio-texts.ts';
import { studioCardStyles } from './studio-card-styles.ts';

/** A menu item that is being edited. */
interface DraftItem {
  id: string;
  label: string;
  amount: string;
}

export class LogeStudioTipping extends withProperties(RoomPart, {
  /** The edited menu; undefined shows the current one. */
  drafts: undefined as DraftItem[] | undefined,
  /** What is wrong, and in which fields. */
  fault: undefined as { names: readonly string[]; text: string } | undefined,
}) {
  static override styles = [
    studioCardStyles,
    fieldStyles,
    quietStyles,
    css`
      h2:not(:first-child) {
        margin-top: var(--_space-24);
      }

      .line {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 8.5rem auto;
        gap: var(--_space-8);
        align-items: center;
      }

      @container (max-width: 26rem) {
        .line {
          grid-template-columns: minmax(0, 1fr) auto;
        }

        .line > :first-child {
          grid-column: 1 / -1;
        }

        .line + .line {
          padding-top: var(--_space-8);
        }
      }

      .line + .line {
        margin-top: var(--_space-8);
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8) var(--_space-16);
        align-items: center;
        margin-top: var(--_space-12);
      }

      wa-callout {
        margin-top: var(--_space-12);
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['goalProgress', 'goalCleared', 'tipMenuChanged']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room } = this;
    const currency = room?.currency;
    if (!room?.info || !currency || room.info.status === 'ended') return nothing;
    return html`<section part="tipping" data-testid="studio-tipping">
      ${this.#goal(room, currency)} ${this.#menu(room, currency)}
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    </section>`;
  }

  #goal(room: Room, currency: string): TemplateResult {
    const { texts } = this;
    return html`
      <h2>${texts.goal.title}</h2>
      <form @submit=${(event: Event) => this.#setGoal(event, room, currency)}>
        <div class="line">
          ${this.#field({ name: 'title', label: texts.goal.name, max: LIMITS.titleChars })}
          ${this.#field({ name: 'target', label: texts.goal.target(currencySymbol(currency, this.language)), isAmount: true })}
          <wa-button type="submit" data-testid="goal-set" ?loading=${this.busy === 'goal'}>${texts.goal.set}</wa-button>
        </div>
        ${this.#faultOf(['title', 'target'])}
      </form>
      ${room.goal ? this.#running(room, room.goal) : nothing}
    `;
  }

  #running(room: Room, { title, reachedMinor, targetMinor }: Goal): TemplateResult {
    const { texts } = this;
    return html`<p class="actions">
      <span><b><bdi>${title}</bdi></b> ${texts.goal.progress(this.money(reachedMinor), this.money(targetMinor))}</span>
      <wa-button
        appearance="outlined"
        size="s"
        data-testid="goal-clear"
        @click=${() => this.act('goal', () => room.clearGoal())}
        >${texts.goal.clear}</wa-button
      >
    </p>`;
  }

  #menu(room: Room, currency: string): TemplateResult {
    const { texts } = this;
    const drafts = this.drafts ?? room.tipMenu.map((item) => this.#draftOf(item, currency));
    const change = (next: DraftItem[]) => {
      this.drafts = next;
    };
    const edit = (id: string, part: Partial<DraftItem>) =>
      change(drafts.map((draft) => (draft.id === id ? { ...draft, ...part } : draft)));
    return html`
      <h2>${texts.tipMenu.title}</h2>
      ${drafts.map(
        (draft) => html`<div class="line">
          ${this.#field({
            name: `label-${draft.id}`,
            label: texts.tipMenu.item,
            max: LIMITS.menuLabelChars,
            value: draft.label,
            onInput: (label) => edit(draft.id, { label }),
          })}
          ${this.#field({
            name: `amount-${draft.id}`,
            label: texts.tipMenu.price(currencySymbol(currency, this.language)),
            isAmount: true,
            value: draft.amount,
            onInput: (amount) => edit(draft.id, { amount }),
          })}
          <button
            class="quiet"
            type="button"
            aria-label=${texts.tipMenu.remove(draft.label)}
            @click=${() => change(drafts.filter(({ id }) => id !== draft.id))}
          >
            ${icon('remove', 18)}
          </button>
        </div>`,
      )}
      ${this.#faultOf(drafts.flatMap(({ id }) => [`label-${id}`, `amount-${id}`]))}
      <div class="actions">
        ${
          drafts.length < LIMITS.menuItems
            ? html`<wa-button
                appearance="outlined"
                size="s"
                data-testid="menu-add"
                @click=${() => change([...drafts, { id: createKey(), label: '', amount: '' }])}
                >${texts.tipMenu.add}</wa-button
              >`
            : nothing
        }
        ${
          this.drafts
            ? html`<wa-button
                size="s"
                variant="neutral"
                data-testid="menu-save"
                ?loading=${this.busy === 'menu'}
                @click=${() => this.#saveMenu(room, currency)}
                >${texts.tipMenu.save}</wa-button
              >`
            : nothing
        }
      </div>
    `;
  }

  #field(field: {
    name: string;
    label: string;
    max?: number;
    value?: string;
    isAmount?: boolean;
    onInput?: (text: string) => void;
  }): TemplateResult {
    const isFaulty = this.fault?.names.includes(field.name) ?? false;
    return html`<input
      class="field-input"
      name=${field.name}
      aria-label=${field.label}
      placeholder=${field.label}
      maxlength=${field.max ?? 12}
      inputmode=${field.isAmount ? 'decimal' : 'text'}
      autocomplete="off"
      aria-invalid=${isFaulty ? 'true' : nothing}
      aria-describedby=${isFaulty ? 'fault' : nothing}
      .value=${field.value ?? ''}
      @input=${(event: Event) => {
        if (isFaulty) this.fault = undefined;
        field.onInput?.((event.target as HTMLInputElement).value);
      }}
    />`;
  }

  /** Below the form that has the field. */
  #faultOf(names: readonly string[]): TemplateResult | typeof nothing {
    const { fault } = this;
    if (!fault?.names.some((name) => names.includes(name))) return nothing;
    return html`<p class="fault" id="fault" role="alert">${fault.text}</p>`;
  }

  async #showFault(names: readonly string[], text: string): Promise<void> {
    this.fault = { names, text };
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }

  #draftOf(item: TipMenuItem, currency: string): DraftItem {
    return { id: item.id, label: item.label, amount: formatAmount(item.amountMinor, currency, this.language) };
  }

  async #setGoal(event: Event, room: Room, currency: string): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const title = String(data.get('title') ?? '').trim();
    const targetMinor = parseMoney(String(data.get('target') ?? ''), currency);
    if (!title || !targetMinor) {
      await this.#showFault([title ? 'target' : 'title'], this.texts.goal.incomplete);
      return;
    }
    await this.act('goal', async () => {
      await room.setGoal({ title, targetMinor });
      form.reset();
    });
  }

  async #saveMenu(room: Room, currency: string): Promise<void> {
    const sent = this.drafts;
    const items = (sent ?? []).map(({ id, label, amount }) => ({
      id,
      label: label.trim(),
      amountMinor: parseMoney(amount, currency) ?? 0,
    }));
    const isWithin = (amountMinor: number) => amountMinor >= LIMITS.tipMinMinor && amountMinor <= LIMITS.tipMaxMinor;
    const faulty = items.flatMap(({ id, label, amountMinor }) => [
      ...(label === '' ? [`label-${id}`] : []),
      ...(isWithin(amountMinor) ? [] : [`amount-${id}`]),
    ]);
    if (faulty.length > 0) {
      const text = this.texts.tipMenu.incomplete(this.money(LIMITS.tipMinMinor), this.money(LIMITS.tipMaxMinor));
      await this.#showFault(faulty, text);
      return;
    }
    await this.act('menu', async () => {
      await room.setTipMenu(items);
      // What was edited meanwhile stays to be saved.
      if (this.drafts === sent) this.drafts = undefined;
    });
  }
}

defineElement('loge-studio-tipping', LogeStudioTipping);
