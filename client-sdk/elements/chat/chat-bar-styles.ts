/** Styles of `<loge-chat-bar>`. */
import { css } from 'lit';

export const chatBarStyles = css`
  :host {
    container-type: inline-size;
    flex: none;
    border-bottom: 1px solid var(--_line);
    background: var(--_chat-panel, var(--_surface));
  }

  .bar {
    display: flex;
    align-items: center;
    justify-content: end;
    gap: var(--_space-4);
    min-height: 2.75rem;
    padding: 0 var(--_space-8) 0 var(--_space-16);
  }

  :host([strip]) h2 {
    display: var(--_chat-title, var(--_chat-full, block));
  }

  h2 {
    display: var(--_chat-title, block);
    margin-inline-end: auto;
    font: var(--_strong-16);
  }

  button {
    display: inline-flex;
    align-items: center;
    gap: var(--_space-4);
    min-width: 2.75rem;
    height: 2.75rem;
    justify-content: center;
    padding: 0 var(--_space-8);
    border: 0;
    border-radius: var(--_radius-full);
    background: none;
    color: var(--_muted);
    font: var(--_strong-14);
    cursor: pointer;
  }

  button:hover {
    color: var(--_text);
  }

  button[aria-pressed='true'],
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
    gap: var(--_space-12);
    padding: var(--_space-8) var(--_space-8) var(--_space-8) var(--_space-16);
    background: var(--_live);
    color: var(--_on-live);
    font: var(--_strong-14);
  }

  .closed span {
    flex: 1 1 12rem;
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
    margin-inline-start: auto;
  }

  .closed button {
    flex: none;
    padding: 0 var(--_space-16);
    border: 1px solid currentColor;
    color: inherit;
  }

  .problem {
    padding: 0 var(--_space-16) var(--_space-8);
    color: var(--_danger);
    font: var(--_type-14);
  }
`;
