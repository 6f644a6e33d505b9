/** A card of the studio's sheet or side column, and its heading. */
import { css } from 'lit';

export const studioCardStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }

  h2 {
    margin-bottom: 0.75rem;
    font-size: 0.9375rem;
    font-weight: 600;
    color: var(--_muted);
  }
`;
