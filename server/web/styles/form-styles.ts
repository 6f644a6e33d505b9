/** Styles of plain forms: labelled fields of the browser, one below the other. */
import { css } from 'lit';

export const formStyles = css`
  form.card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: start;
    gap: var(--_space-16);
    max-width: 32rem;
  }

  p + form.card,
  form.card + p {
    margin-top: var(--_space-24);
  }

  .field {
    display: grid;
    gap: var(--_space-4);
    width: 100%;
  }

  .field span {
    font-weight: 600;
  }

  .field small {
    color: var(--_muted);
    font: var(--_type-14);
  }

  .field :is(input, select, textarea) {
    width: 100%;
    min-height: var(--_control);
    padding: 0 var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
  }

  .field textarea {
    padding-block: var(--_space-12);
    resize: vertical;
  }

  .field input.code {
    max-width: 14rem;
    font: var(--_title-28);
    letter-spacing: 0.25em;
  }

  .field ::placeholder {
    color: var(--_muted);
    opacity: 1;
  }

  .field [aria-invalid] {
    border-color: var(--_danger);
  }

  .fault.fault {
    color: var(--_danger);
  }

  form > fieldset {
    display: grid;
    gap: var(--_space-4);
    width: 100%;
    margin: 0;
    padding: 0;
    border: 0;
  }

  form > fieldset > legend {
    padding: 0;
    font-weight: 600;
  }

  form > fieldset:has(> .choice) {
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--_space-8);
  }

  /* In very large text, one below the other. */
  @media (max-width: 18rem) {
    form > fieldset:has(> .choice) {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  form > fieldset:has(> .choice) > legend {
    margin-bottom: var(--_space-8);
  }

  .choice {
    position: relative;
    padding: var(--_space-12) var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    cursor: pointer;
  }

  .choice:has(:checked) {
    border-color: var(--_accent);
    background: var(--_chosen);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }

  .choice:has(:focus-visible) {
    box-shadow: var(--_ring);
  }

  .choice input {
    position: absolute;
    inset: 0;
    opacity: 0;
    cursor: pointer;
  }

  .choice b {
    font-weight: 600;
  }

  .choice small,
  .check small {
    display: block;
    color: var(--_muted);
    font: var(--_type-14);
  }

  .search {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-12) var(--_space-16);
    align-items: start;
    max-width: none;
    margin-block: var(--_space-16);
  }

  .search .field {
    flex: 1 1 14rem;
    max-width: 28rem;
  }

  /* Level with the fields, below the height of their labels. */
  .search > .button {
    margin-top: calc(var(--_space-24) + var(--_space-4));
  }

  @media (min-width: 720px) {
    .search > .check {
      margin-top: calc(var(--_space-24) + var(--_space-4));
    }
  }

  .check {
    display: flex;
    align-items: center;
    gap: var(--_space-12);
    min-height: 2.75rem;
  }

  /* Level with its first line. */
  .check:has(small) {
    align-items: start;
    padding-block: var(--_space-8);
  }

  .check input {
    flex: none;
    width: 1.35rem;
    height: 1.35rem;
    accent-color: var(--_accent);
  }
`;
