/** `<poster-field>`: the poster of a room, in the forms that create and change one. `save` sends what was chosen. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Picture } from '../../protocol/pictures.ts';
import type { Room } from '../../protocol/rooms.ts';
import { pictureField, pictureFieldStyles } from '../site/picture-field.ts';
import { call, upload } from '../site/site-call.ts';
import { pageStyles } from '../styles/site-styles.ts';
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
    pageStyles,
    pictureFieldStyles,
    css`
      p {
        margin: 0 0 var(--_space-8);
        font-weight: 600;
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
        width: 100%;
        height: 100%;
        object-fit: cover;
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
    const { poster: texts } = siteTexts(this.language).rooms;
    const { choice, poster, problem } = this;
    const path = typeof choice === 'object' ? choice.preview : choice ? undefined : poster?.[0]?.path;
    const field = pictureField(this, {
      ...{ name: 'poster', texts, hasPicture: path !== undefined },
      shown: html`<div class="picture">${path ? html`<img src=${path} alt="" />` : nothing}</div>`,
      choose: (file) => this.#choose({ file, preview: URL.createObjectURL(file) }),
      remove: () => this.#choose(poster ? 'removed' : undefined),
    });
    return html`<p>${texts.label}</p>
      ${field}
      ${problem ? html`<div class="callout danger" role="alert" data-testid="poster-problem">${problem}</div>` : nothing}`;
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

  #choose(choice: Choice): void {
    if (typeof this.choice === 'object') URL.revokeObjectURL(this.choice.preview);
    this.choice = choice;
  }
}

defineElement('poster-field', PosterField);
