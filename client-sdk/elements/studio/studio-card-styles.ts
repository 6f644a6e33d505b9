/** A card of the studio's sheet or side column, and its heading. */
import { css } from 'lit';

export const studioCardStyles = css`
  :host {
    container-type: inline-size;
  }

  h2 {
    margin-bottom: var(--_space-12);
    font: var(--_strong-16);
    color: var(--_muted);
  }
`;
