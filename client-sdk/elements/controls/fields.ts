/** Styles for native text fields that look like Web Awesome's, such as the composer and the tip message. */
import { css } from 'lit';

export const fieldStyles = css`
  .field-label {
    display: block;
    margin-bottom: var(--_space-8);
    font-weight: 600;
  }

  .field-input {
    width: 100%;
    min-height: var(--_control);
    padding: var(--_space-8) var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
  }

  .field-input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .field-input[aria-invalid] {
    border-color: var(--_danger);
  }

  .fault {
    margin-top: var(--_space-8);
    color: var(--_danger);
    font: var(--_type-14);
  }

  .field-input:focus-visible {
    border-color: var(--_accent);
    outline: none;
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
`;
