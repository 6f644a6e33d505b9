/** The round buttons of `<loge-studio>`. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { IconName } from '../controls/more-icons.ts';
import { icon } from '../controls/more-icons.ts';

interface Tool {
  name: IconName;
  /** What pressing does: the accessible name, and the tooltip. */
  label: string;
  testId?: string;
  className?: string;
  /** Active, such as sharing the screen. */
  isOn?: boolean;
  /** Muted, such as the microphone: shown as a warning. */
  isOff?: boolean;
  isDisabled?: boolean;
  act?: () => unknown;
  /** Instead of an act: what it does with the sheet of the studio. */
  sheet?: 'toggle' | 'hide';
}

export function toolButton({ name, label, testId = `tool-${name}`, className = '', ...tool }: Tool): TemplateResult {
  return html`<button
    class="tool ${className} ${tool.isOff ? 'muted-off' : ''} ${tool.isOn ? 'on' : ''}"
    type="button"
    data-testid=${testId}
    aria-label=${label}
    title=${label}
    popovertarget=${tool.sheet ? 'cards' : nothing}
    popovertargetaction=${tool.sheet ?? nothing}
    ?disabled=${tool.isDisabled ?? false}
    @click=${tool.act ?? nothing}
  >
    ${icon(name, 22)}
  </button>`;
}
