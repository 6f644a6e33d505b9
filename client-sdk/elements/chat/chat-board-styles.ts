/** Styles of `<loge-chat-board>`. */
import { css } from 'lit';
import { chatNameStyles } from './list/chat-name.ts';

/** A small button of an icon or a word. */
export const quietStyles = css`
  .quiet {
    display: grid;
    place-items: center;
    min-width: max(2rem, var(--_finger));
    height: max(2rem, var(--_finger));
    margin: calc(-1 * var(--_space-8)) 0;
    padding: 0 var(--_space-8);
    border: 0;
    border-radius: var(--_radius-full);
    background: none;
    color: var(--_muted);
    font: var(--_type-14);
    cursor: pointer;
  }

  .quiet:hover {
    color: var(--_text);
  }
`;

export const chatBoardStyles = css`
  ${chatNameStyles}
  ${quietStyles}

  :host {
    display: block;
    background: var(--_chat-panel, var(--_surface));
  }

  .pinned {
    border-bottom: 1px solid var(--_line);
    font: var(--_type-14);
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0 var(--_space-8);
    align-items: start;
    padding: var(--_space-8) var(--_space-8) var(--_space-8) var(--_space-16);
  }

  .pinned > .icon {
    margin-top: var(--_space-4);
    color: var(--_accent);
  }

  .words {
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-align: start;
    overflow-wrap: anywhere;
    cursor: pointer;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 1;
    overflow: hidden;
  }

  .words.whole {
    -webkit-line-clamp: 12;
  }

  .role {
    display: none;
  }
`;
