/**
 * The controls of `<loge-studio>` that need no state of their own: the round buttons, and the question after an
 * interrupted live.
 */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { IconName } from '../controls/more-icons.ts';
import { icon } from '../controls/more-icons.ts';
import type { ElementTexts } from '../texts/element-texts.ts';

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
  /** Instead of an act: what it does with the sheet of the small studio. */
  sheet?: 'toggle' | 'hide';
}

export function toolButton(tool: Tool): TemplateResult {
  const {
    name,
    label,
    testId = `tool-${name}`,
    className = '',
    isOn = false,
    isOff = false,
    isDisabled = false,
    act,
    sheet,
  } = tool;
  return html`<button
    class="tool ${className} ${isOff ? 'muted-off' : ''} ${isOn ? 'on' : ''}"
    type="button"
    data-testid=${testId}
    aria-label=${label}
    title=${label}
    popovertarget=${sheet ? 'cards' : nothing}
    popovertargetaction=${sheet ?? nothing}
    ?disabled=${isDisabled}
    @click=${act ?? nothing}
  >
    ${icon(name, 22)}
  </button>`;
}

interface InterruptionAnswers {
  /** The button that goes live; it cannot be pressed while offline. */
  again: TemplateResult;
  isOffline: boolean;
  stayOff(): void;
}

/** Asks whether to go live again after a long connection loss: nothing is published until the creator has chosen. */
export function interruptionQuestion(
  texts: ElementTexts,
  { again, isOffline, stayOff }: InterruptionAnswers,
): TemplateResult {
  return html`<wa-callout class="interrupted" variant="warning" role="alert" data-testid="live-interrupted">
    <strong>${texts.studio.interruptedTitle}</strong>
    <p>${texts.studio.interruptedText}</p>
    ${isOffline ? html`<p data-testid="studio-offline">${texts.studio.offline}</p>` : nothing}
    <div class="answers">
      ${again}
      <wa-button appearance="outlined" data-testid="stay-off-air" @click=${stayOff}>${texts.studio.stayOff}</wa-button>
    </div>
  </wa-callout>`;
}
