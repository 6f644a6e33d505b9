/** The question after a live that a long loss of the connection has interrupted: nothing is published again before its creator has said so. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ElementTexts } from '../texts/english.ts';

interface InterruptionAnswers {
  /** The button that goes live; it cannot be pressed while offline. */
  again: TemplateResult;
  isOffline: boolean;
  stayOff(): void;
}

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
