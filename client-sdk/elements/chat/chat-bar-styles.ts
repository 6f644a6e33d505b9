/** Styles of `<loge-chat-bar>`. */
import { css } from 'lit';

export const chatBarStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    flex: none;
    border-bottom: 1px solid var(--_line);
    background: var(--_chat-panel, var(--_surface));
  }

  .bar {
    display: flex;
    align-items: center;
    gap: 0.15rem;
    min-height: 2.75rem;
    padding: 0 0.5rem 0 1rem;
  }

  :host([strip]) h2 {
    display: var(--_chat-full, block);
  }

  h2 {
    margin-inline-end: auto;
    font-size: 0.9375rem;
    font-weight: 650;
  }

  button {
    display: inline-flex;
    align-items: center;
    gap: 0.35rem;
    min-width: 2.75rem;
    height: 2.75rem;
    justify-content: center;
    padding: 0 0.5rem;
    border: 0;
    border-radius: 999px;
    background: none;
    color: var(--_muted);
    font: inherit;
    font-size: 0.8438rem;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    cursor: pointer;
  }

  button:hover,
  button[aria-pressed='true'] {
    color: var(--_text);
  }

  button[aria-pressed='true'] {
    color: var(--_accent);
  }

  .count {
    display: grid;
    place-items: center;
    min-width: 1.25rem;
    height: 1.25rem;
    padding: 0 0.3rem;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.75rem;
  }

  .raised {
    color: var(--_accent);
  }

  .panic {
    color: var(--_danger);
  }

  @container (max-width: 26rem) {
    .panic .label {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }

  .panic:hover {
    color: var(--_danger);
    background: color-mix(in oklab, var(--_danger) 14%, transparent);
  }

  .closed {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.65rem;
    padding: 0.5rem 0.6rem 0.5rem 1rem;
    background: var(--_live);
    color: var(--_on-live);
    font-size: 0.9063rem;
    font-weight: 600;
    line-height: 1.35;
  }

  .closed .icon {
    flex: none;
  }

  .closed span {
    flex: 1 1 12rem;
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    margin-inline-start: auto;
  }

  .closed button {
    flex: none;
    padding: 0 0.9rem;
    border: 1px solid currentColor;
    color: inherit;
  }

  .problem {
    padding: 0 1rem 0.5rem;
    color: var(--_danger);
    font-size: 0.875rem;
  }
`;
