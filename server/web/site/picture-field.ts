/** A picture to choose, replace or remove: what is shown, the buttons, and the file, unless it is too large. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import type { LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';

export const pictureFieldStyles = css`
  .picture-field {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-16) var(--_space-24);
    align-items: center;
  }

  .picture-field .buttons {
    flex: 1 1 10rem;
    margin: 0;
  }

  .picture-field small {
    flex: 1 0 100%;
    color: var(--_muted);
    font: var(--_type-14);
  }
`;

export interface PictureField {
  name: string;
  texts: { label: string; choose: string; replace: string; remove: string; hint: string; tooLarge: string };
  /** The picture, or what stands for it. */
  shown: unknown;
  hasPicture: boolean;
  isBusy?: boolean;
  choose: (file: File) => void;
  remove: () => void;
}

/** `host` shows that a file is too large as its problem. */
export function pictureField(host: LogeElement, { name, texts, ...field }: PictureField): TemplateResult {
  const open = () => host.renderRoot.querySelector<HTMLInputElement>(`[data-testid=${name}-file]`)?.click();
  const take = ({ target }: Event) => {
    const input = target as HTMLInputElement;
    const [file] = input.files ?? [];
    // The same file can be chosen again.
    input.value = '';
    if (!file) return;
    host.problem = file.size > LIMITS.pictureBytes ? texts.tooLarge : '';
    if (!host.problem) field.choose(file);
  };
  const isBusy = field.isBusy ?? false;
  return html`<div class="picture-field" role="group" aria-label=${texts.label}>
    ${field.shown}
    <div class="buttons">
      ${button({ label: field.hasPicture ? texts.replace : texts.choose, testId: `choose-${name}`, isOutlined: true, isBusy, onClick: open })}
      ${field.hasPicture ? button({ label: texts.remove, testId: `remove-${name}`, isOutlined: true, onClick: field.remove }) : nothing}
    </div>
    <small>${texts.hint}</small>
    <input type="file" hidden accept=${LIMITS.pictureTypes.join()} aria-label=${texts.choose} data-testid="${name}-file" @change=${take} />
  </div>`;
}
