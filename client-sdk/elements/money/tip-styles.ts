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
    margin-top: 1rem;
  }

  .to {
    margin-bottom: 1rem;
    color: var(--_muted);
  }

  .balance {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    min-height: 2.5rem;
    margin-top: 0.9rem;
    color: var(--_muted);
    font-size: 0.9375rem;
  }

  .balance.short {
    color: var(--_text);
  }

  .balance .ways {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 0.5rem;
    justify-content: flex-end;
  }

  .balance.short {
    flex-wrap: wrap;
  }

  wa-callout {
    margin-top: 0.75rem;
  }

  .menu {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-bottom: 1rem;
  }

  .menu button {
    display: inline-flex;
    align-items: baseline;
    gap: 0.6em;
    min-height: 2.75rem;
    padding: 0.5rem 0.9rem;
    border: 1px solid var(--_line-strong);
    border-radius: 1.375rem;
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
    font-variant-numeric: tabular-nums;
  }

  .end {
    width: 100%;
  }
`;
