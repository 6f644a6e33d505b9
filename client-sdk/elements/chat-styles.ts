/** The look of `<loge-chat>`. */
import { css } from 'lit';
import { chatEntryStyles } from './chat-entry.ts';
import { fieldStyles } from './fields.ts';

export const chatStyles = [
  fieldStyles,
  chatEntryStyles,
  css`
    :host {
      display: block;
      min-height: 0;
      height: var(--loge-chat-height, 100%);
    }

    .chat {
      position: relative;
      display: flex;
      flex-direction: column;
      height: 100%;
      min-height: 0;
    }

    .list {
      flex: 1 1 0;
      min-height: 0;
      display: flex;
      flex-direction: column;
      overflow-x: hidden;
      overflow-y: auto;
      overflow-anchor: none;
      overscroll-behavior: contain;
      padding: 0.6rem 0;
      scrollbar-width: thin;
      scrollbar-color: var(--_line) transparent;
    }

    .list:focus-visible {
      box-shadow: inset 0 0 0 2px var(--_accent);
    }

    .list > * {
      flex: none;
    }

    /* Few messages stand at the bottom, beside the composer, where the next ones appear. */
    .list > .filler {
      flex: 1 1 0;
    }

    .empty {
      margin: 0 1rem 1rem;
      text-align: center;
    }

    .empty .display {
      font-size: 1.125rem;
    }

    .gap {
      margin: 0.5rem 1rem;
      text-align: center;
      color: var(--_muted);
      font-size: 0.875rem;
    }

    .newest {
      position: absolute;
      inset-block-end: calc(4.6rem + env(safe-area-inset-bottom));
      inset-inline-start: 50%;
      translate: -50% 0;
      display: inline-flex;
      align-items: center;
      gap: 0.4rem;
      height: 2.25rem;
      padding: 0 0.9rem;
      border: 1px solid var(--_line);
      border-radius: 999px;
      background: var(--_raised);
      color: var(--_text);
      font: inherit;
      font-size: 0.875rem;
      font-weight: 600;
      white-space: nowrap;
      cursor: pointer;
      box-shadow: 0 6px 20px rgb(0 0 0 / 0.45);
    }

    .problem {
      display: flex;
      align-items: center;
      gap: 0.5rem;
      padding: 0.4rem 1rem 0;
      color: var(--_danger);
      font-size: 0.9063rem;
    }

    .problem .icon {
      flex: none;
    }

    .composer {
      position: relative;
      flex: none;
      display: flex;
      align-items: flex-end;
      gap: 0.5rem;
      padding: 0.65rem 0.75rem;
      padding-bottom: calc(0.65rem + var(--loge-safe-bottom, env(safe-area-inset-bottom)));
      border-top: 1px solid var(--_line);
      background: var(--_surface);
    }

    .composer.closed {
      align-items: center;
      justify-content: space-between;
      min-height: 4.1rem;
      font-size: 0.9375rem;
    }

    textarea.field-input {
      flex: 1 1 0;
      min-width: 0;
      max-height: 7.2rem;
      padding-inline-end: 3rem;
      resize: none;
      field-sizing: content;
      border-radius: 1.375rem;
      border-color: var(--_line-strong);
    }

    /* The send button lies in the field's end, so that the phone's row has room for the tip beside it. */
    .send {
      flex: none;
      display: grid;
      place-items: center;
      width: 2.5rem;
      height: 2.5rem;
      margin: 0 0 0.125rem -3.125rem;
      border: 0;
      border-radius: 50%;
      background: transparent;
      color: var(--_accent);
      cursor: pointer;
    }

    .send:disabled {
      color: var(--_muted);
      opacity: 0.55;
      cursor: default;
    }

    ::slotted([slot='actions']) {
      flex: none;
      margin-inline-start: 0.35rem;
    }

    .left {
      position: absolute;
      inset-block-start: -1.6rem;
      inset-inline-end: 1rem;
      padding: 0.1rem 0.5rem;
      border-radius: 6px;
      background: var(--_raised);
      color: var(--_muted);
      font-size: 0.8125rem;
    }
  `,
];
