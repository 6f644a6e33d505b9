/** The round buttons below the creator's picture. The label says what pressing does, for the eye as a tooltip. */
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import type { IconName } from '../controls/icons.ts';
import { icon } from '../controls/icons.ts';

export interface Tool {
  name: IconName;
  label: string;
  testId?: string;
  /** Something is being done, such as sharing the screen. */
  isOn?: boolean;
  /** Something is withheld, such as the microphone: shown as a warning. */
  isOff?: boolean;
  isDisabled?: boolean;
  act: () => unknown;
}

export function toolButton(tool: Tool): TemplateResult {
  const { name, label, testId = `tool-${name}`, isOn = false, isOff = false, isDisabled = false, act } = tool;
  return html`<button
    class="tool ${isOff ? 'muted-off' : ''} ${isOn ? 'on' : ''}"
    type="button"
    data-testid=${testId}
    aria-label=${label}
    title=${label}
    ?disabled=${isDisabled}
    @click=${act}
  >
    ${icon(name, 22)}
  </button>`;
}
