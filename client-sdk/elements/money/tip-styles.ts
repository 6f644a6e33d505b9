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

  .field {
    display: block;
    margin-top: var(--_space-16);
  }

  .to {
    margin-bottom: var(--_space-16);
    color: var(--_muted);
  }

  .balance {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-16);
    min-height: 2.5rem;
    margin-top: var(--_space-16);
    color: var(--_muted);
    font: var(--_type-16);
  }

  .balance.short {
    color: var(--_text);
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
  }

  wa-callout {
    margin-top: var(--_space-12);
  }

  .menu {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
    margin-bottom: var(--_space-16);
  }

  .menu button {
    display: inline-flex;
    align-items: baseline;
    gap: var(--_space-8);
    min-height: 2.75rem;
    padding: var(--_space-8) var(--_space-16);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: transparent;
    color: var(--_text);
    font: inherit;
    text-align: start;
    cursor: pointer;
  }

  .menu button[aria-pressed='true'] {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }

  .menu b {
    color: var(--_accent);
  }

  .end {
    width: 100%;
  }
`;
