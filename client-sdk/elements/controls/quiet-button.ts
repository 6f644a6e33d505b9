/** A small button of an icon or a word, without a frame. */
import { css } from 'lit';

export const quietStyles = css`
  .quiet {
    display: grid;
    place-items: center;
    min-width: max(2rem, var(--_finger));
    height: max(2rem, var(--_finger));
    margin: calc(-1 * var(--_space-8)) 0;
    padding: 0 var(--_space-8);
    border: 0;
    border-radius: var(--_radius-full);
    background: none;
    color: var(--_muted);
    font: var(--_type-14);
    cursor: pointer;
  }

  .quiet:hover {
    color: var(--_text);
  }
`;
