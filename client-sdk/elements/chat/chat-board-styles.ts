/** Styles of `<loge-chat-board>`. */
import { css } from 'lit';
import { quietStyles } from '../controls/quiet-button.ts';
import { chatNameStyles } from './list/chat-name.ts';

export const chatBoardStyles = css`
  ${chatNameStyles}
  ${quietStyles}

  :host {
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
