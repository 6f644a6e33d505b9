/** `<poster-field>`: the poster of a room, in the forms that create and change one. `save` sends what was chosen. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { button, plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Picture } from '../../protocol/pictures.ts';
import type { Room } from '../../protocol/rooms.ts';
import { call, upload } from '../site/site-call.ts';

import { siteTexts } from '../texts/site-texts.ts';

/** What saving does: nothing, uploads the file, or removes the poster. */
type Choice = { file: File; preview: string } | 'removed' | undefined;

export class PosterField extends LogeElement {
  static override properties = { ...LogeElement.properties, poster: { attribute: false }, choice: { state: true } };
  /** The one that the room has. */
  declare poster: Picture;
  declare choice: Choice;

  static override styles = [
    plainControlStyles,
    css`
      .label {
        margin: 0 0 var(--_space-8);
        font-weight: 600;
      }

      .field {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-16) var(--_space-16);
        align-items: center;
      }

      .picture {
        flex: 0 0 10rem;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border: 1px dashed var(--_line-strong);
        border-radius: var(--_radius-small);
      }

      .picture:has(img) {
        border-style: solid;
      }

      img {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }

      .acts {
        display: flex;
        flex: 1 1 10rem;
        flex-wrap: wrap;
        gap: var(--_space-8);
      }

      .hint {
        flex: 1 0 100%;
        margin: 0;
        color: var(--_muted);
        font: var(--_type-14);
      }

      input {
        display: none;
      }
    `,
  ];

  constructor() {
    super();
    this.poster = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#choose(undefined);
  }

  override render(): TemplateResult {
    const texts = siteTexts(this.language).rooms.poster;
    const shown =
      typeof this.choice === 'object' ? this.choice.preview : this.choice ? undefined : this.poster?.[0]?.path;
    return html`<p class="label" id="label">${texts.label}</p>
      <div class="field" role="group" aria-labelledby="label">
        <div class="picture">${shown ? html`<img src=${shown} alt="" />` : nothing}</div>
        <div class="acts">
          ${button({ label: shown ? texts.replace : texts.choose, testId: 'choose-poster', isOutlined: true, onClick: this.#open })}
          ${shown ? button({ label: texts.remove, testId: 'remove-poster', isOutlined: true, onClick: this.#remove }) : nothing}
        </div>
        <p class="hint">${texts.hint}</p>
      </div>
      <input type="file" accept=${LIMITS.pictureTypes.join()} aria-label=${texts.choose} data-testid="poster-file" @change=${this.#take} />
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="poster-problem">${this.problem}</div>` : nothing}`;
  }

  /** Answers the changed room; undefined if nothing was chosen. What was chosen stays until it is saved. */
  async save(room: string): Promise<Room | undefined> {
    const { choice } = this;
    if (!choice) return undefined;
    const changed = await (choice === 'removed'
      ? call('DELETE /v1/rooms/:id/poster', { id: room })
      : upload('PUT /v1/rooms/:id/poster', { id: room, file: choice.file }));
    this.poster = changed.poster;
    this.#choose(undefined);
    return changed;
  }

  #open = (): void => {
    this.renderRoot.querySelector<HTMLInputElement>('input')?.click();
  };

  #take = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    const [file] = input.files ?? [];
    // The same file can be chosen again.
    input.value = '';
    if (!file) return;
    const isTooLarge = file.size > LIMITS.pictureBytes;
    this.problem = isTooLarge ? siteTexts(this.language).rooms.poster.tooLarge : '';
    if (!isTooLarge) this.#choose({ file, preview: URL.createObjectURL(file) });
  };

  #remove = (): void => {
    this.#choose(this.poster ? 'removed' : undefined);
  };

  #choose(choice: Choice): void {
    if (typeof this.choice === 'object') URL.revokeObjectURL(this.choice.preview);
    this.choice = choice;
  }
}

defineElement('poster-field', PosterField);
