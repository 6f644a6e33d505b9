/** A choice that can be pressed, in a row of choices. */
import { css } from 'lit';

export const choiceStyles = css`
  .choice {
    min-height: max(2.5rem, var(--_finger));
    padding: 0.2rem 0.8rem;
    border: 1px solid var(--_line);
    border-radius: 999px;
    background: none;
    color: var(--_text);
    font: inherit;
    font-size: 0.9063rem;
    cursor: pointer;
  }

  .choice[aria-pressed='true'] {
    border-color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 18%, transparent);
  }
`;
