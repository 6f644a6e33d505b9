/** Styles of `<loge-tip>`. */
import { css } from 'lit';

export const tipStyles = css`
  :host {
    display: inline-block;
  }

  :host([empty]) {
    display: none;
  }

  [slot='start'] {
    display: var(--_tip-icon, inline-flex);
  }

  /* On a phone the sheet leaves the stage in sight. */
  @media (max-width: 640px) {
    wa-dialog {
      --wa-color-overlay-modal: transparent;
    }

    wa-dialog::part(dialog) {
      max-height: 56dvh;
    }

    wa-dialog::part(body) {
      padding-block: 0 var(--_space-8);
    }
  }

  .more summary {
    display: flex;
    align-items: center;
    gap: var(--_space-8);
    width: fit-content;
    min-height: var(--_control);
    list-style: none;
    cursor: pointer;
    font: var(--_strong-14);
  }

  .more summary::-webkit-details-marker {
    display: none;
  }

  .more summary svg {
    transition: rotate 160ms;
  }

  .more[open] summary svg {
    rotate: 45deg;
  }

  .anonymous {
    display: flex;
    gap: var(--_space-12);
    align-items: center;
    min-height: max(2.5rem, var(--_finger));
    margin-top: var(--_space-12);
    cursor: pointer;
  }

  .anonymous small {
    display: block;
  }

  .to {
    margin-bottom: var(--_space-12);
    color: var(--_muted);
  }

  .balance {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-8) var(--_space-16);
    color: var(--_muted);
    font: var(--_type-14);
  }

  .balance .ways {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: var(--_space-8);
    justify-content: flex-end;
  }

  .balance.short {
    flex-wrap: wrap;
    color: var(--_text);
  }

  wa-callout {
    margin-top: var(--_space-12);
  }

  .menu {
    display: flex;
    gap: var(--_space-8);
    margin: 0 calc(-1 * var(--_space-16)) var(--_space-8);
    padding: var(--_space-4) var(--_space-16);
    overflow-x: auto;
    scrollbar-width: none;
  }

  .menu button {
    display: inline-flex;
    flex: none;
    align-items: baseline;
    gap: var(--_space-8);
    min-height: 2.75rem;
    padding: var(--_space-8) var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-full);
    background: transparent;
    color: var(--_text);
    font: inherit;
    text-align: start;
    cursor: pointer;
  }

  .menu button[aria-pressed='true'] {
    border-color: var(--_accent);
    background: var(--_chosen);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }

  .menu b {
    color: var(--_accent);
  }

  .end {
    width: 100%;
  }
`;
