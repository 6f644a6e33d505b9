/** Styles of the form for a new room. */
import { css } from 'lit';

export const createRoomStyles = css`
  :host {
    display: block;
  }

  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-16);
    padding: var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  fieldset {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--_space-8);
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    margin-bottom: var(--_space-8);
    padding: 0;
    font-weight: 600;
  }

  .kind {
    position: relative;
    display: block;
    padding: var(--_space-12) var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    cursor: pointer;
  }

  .kind:has(:checked) {
    border-color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 11%, transparent);
  }

  .kind:has(:focus-visible) {
    box-shadow: var(--_ring);
  }

  .kind input {
    position: absolute;
    inset: 0;
    opacity: 0;
    cursor: pointer;
  }

  .kind b {
    display: block;
    font-weight: 600;
  }

  .kind small {
    font: var(--_type-14);
    color: var(--_muted);
  }

  .pair {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-16);
    align-items: start;
  }

  .messages wa-callout {
    margin-block: 0 var(--_space-16);
  }

  .end wa-button {
    width: 100%;
  }

  .end wa-button + wa-button {
    margin-top: var(--_space-12);
  }
`;
