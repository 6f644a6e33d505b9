/** Styles of `<loge-chat>`. */
import { css } from 'lit';
import { chatEntryStyles } from './list/chat-entry-styles.ts';

export const chatStyles = [
  chatEntryStyles,
  css`
    :host {
      min-height: 0;
      height: var(--loge-chat-height, 100%);
    }

    .chat {
      display: flex;
      flex-direction: column;
      height: 100%;
      min-height: 0;
    }

    .view {
      position: relative;
      flex: 1 1 0;
      min-height: 0;
      display: flex;
    }

    /* Bottom-aligned: few messages stay next to the composer, and changes above do not move the rest. */
    .list {
      flex: 1 1 0;
      min-width: 0;
      display: flex;
      flex-direction: column-reverse;
      contain: layout paint style;
      overflow-x: hidden;
      overflow-y: auto;
      overflow-anchor: none;
      overscroll-behavior: contain;
      scrollbar-width: thin;
      scrollbar-color: var(--_line) transparent;
    }

    .list:focus-visible {
      box-shadow: inset 0 0 0 2px var(--_accent);
    }

    .column {
      flex: none;
      padding: var(--_space-8) 0;
    }

    /* It gives way to the messages. */
    loge-chat-poll {
      flex: 0 1 auto;
      max-height: 55%;
      overflow-y: auto;
    }

    .sampled {
      display: flex;
      flex: none;
      gap: var(--_space-8);
      align-items: center;
      padding: var(--_space-8) var(--_space-16);
      color: var(--_muted);
      border-bottom: 1px solid var(--_line);
      background: var(--_chat-panel, var(--_surface));
      font: var(--_type-14);
    }

    .empty {
      margin: 0 var(--_space-16) var(--_space-16);
      text-align: center;
    }

    .empty .display {
      font: var(--_title-20);
    }

    .fate {
      display: flex;
      gap: var(--_space-8);
      align-items: baseline;
      margin-top: var(--_space-4);
      font: var(--_type-14);
    }

    .fate .icon {
      align-self: start;
      margin-top: var(--_space-4);
    }

    .fate.bad {
      color: var(--_danger);
    }

    .outgoing-entry.held {
      /* The line is in the margin, so that names stay aligned. */
      box-shadow: inset 3px 0 0 var(--_line-strong);
    }

    .quiet {
      padding: var(--_space-4) var(--_space-4);
      border: 0;
      background: none;
      color: var(--_text);
      font: inherit;
      font-weight: 600;
      text-decoration: underline;
      text-underline-offset: 0.2em;
      cursor: pointer;
    }

    .newest {
      position: absolute;
      inset-block-end: 0.75rem;
      inset-inline-start: 50%;
      translate: -50% 0;
      z-index: 2;
      display: inline-flex;
      align-items: center;
      gap: var(--_space-8);
      height: max(2.25rem, var(--_finger));
      padding: 0 var(--_space-16);
      border: 1px solid var(--_line);
      border-radius: var(--_radius-full);
      background: var(--_raised);
      color: var(--_text);
      font: var(--_strong-14);
      white-space: nowrap;
      cursor: pointer;
      box-shadow: 0 6px 20px var(--_shade);
    }
  `,
];
