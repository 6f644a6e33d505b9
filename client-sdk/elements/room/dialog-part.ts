/** A part that shows a dialog of its own. */
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { PropertyDeclarations } from 'lit';
import { RoomPart } from './room-part.ts';

export class DialogPart extends RoomPart {
  static override properties: PropertyDeclarations = { open: { state: true } };
  declare open: boolean;

  constructor() {
    super();
    this.open = false;
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
