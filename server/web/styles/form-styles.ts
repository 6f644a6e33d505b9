/** Styles of plain forms: labelled fields of the browser, one below the other. */
import { css } from 'lit';

export const formStyles = css`
  form {
    display: grid;
    justify-items: start;
    gap: 1.1rem;
    max-width: 32rem;
  }

  p + form,
  form + p {
    margin-top: 1.4rem;
  }

  .field {
    display: grid;
    gap: 0.35rem;
    width: 100%;
  }

  .field span {
    font-weight: 600;
  }

  .field small {
    color: var(--_muted);
    font-size: 0.9063rem;
  }

  .field :is(input, select, textarea) {
    width: 100%;
    min-height: 3rem;
    padding: 0 0.9rem;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
  }

  .field textarea {
    padding-block: 0.7rem;
    resize: vertical;
  }

  .field input.code {
    max-width: 14rem;
    font-size: 1.5rem;
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.25em;
  }

  .check {
    display: flex;
    align-items: center;
    gap: 0.7rem;
    min-height: 2.75rem;
  }

  .check input {
    flex: none;
    width: 1.35rem;
    height: 1.35rem;
    accent-color: var(--_accent);
  }
`;
