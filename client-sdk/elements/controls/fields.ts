/** Styles for native text fields that look like Web Awesome's, such as the composer and the tip message. */
import { css } from 'lit';

export const fieldStyles = css`
  .field-label {
    display: block;
    margin-bottom: 0.5em;
    font-weight: 600;
    line-height: 1.3;
  }

  .field-input {
    width: 100%;
    min-height: 2.75rem;
    padding: 0.6rem 0.95rem;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
    line-height: 1.4;
  }

  .field-input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .field-input[aria-invalid] {
    border-color: var(--_danger);
  }

  .fault {
    margin-top: 0.4rem;
    color: var(--_danger);
    font-size: 0.875rem;
  }

  .field-input:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
    box-shadow: none;
  }
`;
