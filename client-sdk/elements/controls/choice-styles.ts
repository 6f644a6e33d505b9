/** A choice that can be pressed, in a row of choices. */
import { css } from 'lit';

export const choiceStyles = css`
  .choice {
    min-height: max(var(--_control-small), var(--_finger));
    padding: var(--_space-4) var(--_space-12);
    border: 1px solid var(--_line);
    border-radius: var(--_radius-full);
    background: none;
    color: var(--_text);
    font: var(--_type-14);
    cursor: pointer;
  }

  .choice:is([aria-pressed='true'], :has(:checked)) {
    border-color: var(--_accent);
    background: var(--_chosen);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
`;
