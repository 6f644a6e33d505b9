/** A count of what waits, in a circle. */
import { css } from 'lit';

export const countStyles = css`
  .count {
    display: inline-grid;
    place-items: center;
    min-width: 1.25rem;
    height: 1.25rem;
    padding: 0 var(--_space-4);
    border-radius: var(--_radius-full);
    background: var(--_primary);
    color: var(--_on-primary);
    font: var(--_strong-12);
    font-variant-numeric: tabular-nums;
  }
`;
