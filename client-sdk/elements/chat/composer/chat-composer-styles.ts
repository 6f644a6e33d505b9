/** Styles of `<loge-chat-composer>`. */
import { css } from 'lit';
import { fieldStyles } from '../../controls/fields.ts';
import { quietStyles } from '../../controls/quiet-button.ts';

export const chatComposerStyles = [
  fieldStyles,
  quietStyles,
  css`
    :host {
      position: relative;
      container-type: inline-size;
      flex: none;
      background: var(--_chat-panel, var(--_surface));
      border-top: 1px solid var(--_line);
    }

    .composer {
      position: relative;
      display: flex;
      align-items: flex-end;
      gap: var(--_space-8);
      padding: var(--_space-12) var(--_space-12);
      padding-bottom: calc(var(--_space-12) + var(--loge-safe-bottom, env(safe-area-inset-bottom)));
    }

    .composer.closed {
      align-items: center;
      justify-content: space-between;
      min-height: 4.1rem;
      font: var(--_type-16);
    }

    .field {
      position: relative;
      flex: 1 1 0;
      min-width: 0;
      display: flex;
    }

    textarea.field-input {
      flex: 1 1 0;
      min-width: 0;
      max-height: 7.2rem;
      /* One line in the middle, with its border as high as the buttons beside it. */
      margin-block: -1px;
      padding: var(--_space-12) var(--_space-48);
      resize: none;
      field-sizing: content;
      border-radius: var(--_radius);
      border-color: var(--_line-strong);
    }

    /* Keeps the empty field one line high when the placeholder would wrap. */
    textarea.field-input::placeholder {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .send,
    .smile {
      position: absolute;
      inset-block-end: 0;
      display: grid;
      place-items: center;
      width: var(--_control);
      height: var(--_control);
      padding: 0;
      border: 0;
      border-radius: var(--_radius-full);
      background: transparent;
      color: var(--_accent);
      cursor: pointer;
    }

    .smile {
      inset-inline-start: 0;
      color: var(--_muted);
    }

    .smile:hover,
    .smile[aria-expanded='true'] {
      color: var(--_accent);
    }

    .send {
      inset-inline-end: 0;
    }

    .send:disabled {
      color: var(--_muted);
      opacity: 0.55;
      cursor: default;
    }

    /* A narrow chat, such as beside the video of a phone on its side. */
    @container (max-width: 21rem) {
      .composer {
        --_tip-icon: none;
      }

      .send:disabled {
        display: none;
      }

      textarea.field-input:placeholder-shown {
        padding-inline-end: var(--_space-8);
      }
    }

    ::slotted([slot='actions']) {
      flex: none;
    }

    .note,
    .problem,
    .answered {
      display: flex;
      align-items: center;
      gap: var(--_space-8);
      padding: var(--_space-8) var(--_space-16) 0;
      font: var(--_type-14);
      color: var(--_muted);
    }

    .problem {
      color: var(--_danger);
    }

    .answered span {
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .quiet {
      flex: none;
      margin-inline: auto calc(-1 * var(--_space-8));
    }

    .restriction {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: var(--_space-4) var(--_space-12);
      align-items: center;
      margin: var(--_space-12) var(--_space-12) 0;
      padding: var(--_space-8) var(--_space-12);
      border: 1px solid color-mix(in oklab, var(--_danger) 45%, transparent);
      border-radius: var(--_radius-small);
      background: color-mix(in oklab, var(--_danger) 9%, var(--_surface));
      font: var(--_type-14);
    }

    .restriction .icon {
      grid-row: span 2;
      color: var(--_danger);
    }

    .left {
      position: absolute;
      inset-block-start: -1.6rem;
      inset-inline-end: 1rem;
      padding: var(--_space-4) var(--_space-8);
      border-radius: var(--_radius-small);
      background: var(--_raised);
      color: var(--_muted);
      font: var(--_type-14);
    }

    .people {
      position: absolute;
      inset-block-end: calc(100% + 0.4rem);
      inset-inline-start: 0.75rem;
      z-index: 2;
      min-width: 14rem;
      max-width: calc(100% - 1.5rem);
      padding: var(--_space-8);
      border: 1px solid var(--_line);
      border-radius: var(--_radius-small);
      background: var(--_raised);
      box-shadow: 0 8px 28px var(--_shade);
      list-style: none;
    }

    .people li {
      padding: var(--_space-8) var(--_space-12);
      border-radius: var(--_radius-small);
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      cursor: pointer;
    }

    .people li[aria-selected='true'] {
      background: color-mix(in oklab, var(--_accent) 22%, transparent);
    }

    /* Takes its place from the messages and covers none of them; on a low screen, it is one line that scrolls. */
    .emoji {
      max-height: max(3.2rem, var(--_chat-height, 100dvh) - 12rem);
      padding: var(--_space-8) var(--_space-12) 0;
      overflow-y: auto;
    }

    .emoji > div {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(max(2.5rem, var(--_finger)), 1fr));
      gap: var(--_space-4);
      scrollbar-width: thin;
      scrollbar-color: var(--_line) transparent;
    }

    .emoji .grid {
      /* Cuts a line, so that one sees that there are more. */
      max-height: calc(3.4 * max(2.5rem, var(--_finger)));
      overflow-y: auto;
    }

    .emoji button {
      display: grid;
      place-items: center;
      height: max(2.5rem, var(--_finger));
      padding: 0;
      border: 0;
      border-radius: var(--_radius-small);
      background: none;
      color: inherit;
      /* A text font may contain some emoji in black and white. */
      font: var(--_type-20);
      cursor: pointer;
    }

    .emoji button:hover,
    .emoji button:focus-visible {
      background: color-mix(in oklab, var(--_text) 10%, transparent);
    }

    .emoji .react {
      padding-bottom: var(--_space-4);
      margin-bottom: var(--_space-4);
      border-bottom: 1px solid var(--_line);
    }

    .emoji .react button {
      height: 2.75rem;
      font: var(--_title-28);
    }
  `,
];
