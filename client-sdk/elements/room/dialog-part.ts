/** A part that shows a dialog of its own. */
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { html, nothing, type TemplateResult } from 'lit';
import { RoomPart, withProperties } from './room-part.ts';

export class DialogPart extends withProperties(RoomPart, { open: false }) {
  /** `isHeld`: a press beside it does not close it. */
  protected dialog(
    label: string,
    content: unknown,
    { testId, isHeld = false }: { testId?: string; isHeld?: boolean } = {},
  ): TemplateResult {
    return html`<wa-dialog
      lang=${this.language}
      label=${label}
      ?light-dismiss=${!isHeld}
      data-testid=${testId ?? nothing}
      .open=${this.open}
      @wa-after-hide=${this.handleHidden}
    >
      ${content}
    </wa-dialog>`;
  }

  protected close = (): void => {
    this.open = false;
  };

  /** For `wa-after-hide`, which other controls in the dialog emit too. */
  protected handleHidden = (event: Event): void => {
    if (event.target !== event.currentTarget) return;
    this.close();
    this.noteHidden();
  };

  /** Called when the dialog is out of sight, however it was closed. */
  protected noteHidden(): void {}
}
