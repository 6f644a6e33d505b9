/** Styles of `<loge-chat-composer>`. */
import { css } from 'lit';
import { fieldStyles } from '../../controls/fields.ts';

export const chatComposerStyles = [
  fieldStyles,
  css`
    :host {
      position: relative;
      display: block;
      container-type: inline-size;
      flex: none;
      background: var(--_chat-panel, var(--_surface));
      border-top: 1px solid var(--_line);
    }

    .composer {
      position: relative;
      display: flex;
      align-items: flex-end;
      gap: 0.5rem;
      padding: 0.65rem 0.75rem;
      padding-bottom: calc(0.65rem + var(--loge-safe-bottom, env(safe-area-inset-bottom)));
    }

    .composer.closed {
      align-items: center;
      justify-content: space-between;
      min-height: 4.1rem;
      font-size: 0.9375rem;
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
      padding-inline: 2.75rem 2.9rem;
      resize: none;
      field-sizing: content;
      border-radius: 1.375rem;
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
      width: 2.75rem;
      height: 2.75rem;
      padding: 0;
      border: 0;
      border-radius: 50%;
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
        padding-inline-end: 0.6rem;
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
      gap: 0.5rem;
      padding: 0.45rem 1rem 0;
      font-size: 0.875rem;
      color: var(--_muted);
    }

    .note .icon,
    .problem .icon,
    .answered .icon {
      flex: none;
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

    .answered button {
      display: grid;
      place-items: center;
      flex: none;
      width: max(2rem, var(--_finger));
      height: max(2rem, var(--_finger));
      margin: -0.35rem -0.4rem -0.35rem auto;
      border: 0;
      border-radius: 50%;
      background: none;
      color: inherit;
      cursor: pointer;
    }

    .restriction {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 0.1rem 0.7rem;
      align-items: center;
      margin: 0.65rem 0.75rem 0;
      padding: 0.6rem 0.85rem;
      border: 1px solid color-mix(in oklab, var(--_danger) 45%, transparent);
      border-radius: var(--_radius-small);
      background: color-mix(in oklab, var(--_danger) 9%, var(--_surface));
      font-size: 0.9063rem;
    }

    .restriction .icon {
      grid-row: span 2;
      color: var(--_danger);
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

    .people {
      position: absolute;
      inset-block-end: calc(100% + 0.4rem);
      inset-inline: 0.75rem;
      z-index: 2;
      margin: 0;
      padding: 0.4rem;
      border: 1px solid var(--_line);
      border-radius: var(--_radius-small);
      background: var(--_raised);
      box-shadow: 0 8px 28px rgb(0 0 0 / 0.5);
      list-style: none;
    }

    .people {
      inset-inline-end: auto;
      min-width: 14rem;
      max-width: calc(100% - 1.5rem);
    }

    .people li {
      padding: 0.45rem 0.7rem;
      border-radius: 7px;
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
      padding: 0.4rem 0.75rem 0;
      overflow-y: auto;
    }

    .emoji > div {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(max(2.5rem, var(--_finger)), 1fr));
      gap: 0.15rem;
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
      border-radius: 9px;
      background: none;
      color: inherit;
      font: inherit;
      /* A text font may contain some emoji in black and white. */
      font-family: 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', var(--_font);
      font-size: 1.35rem;
      line-height: 1;
      cursor: pointer;
    }

    .emoji button:hover,
    .emoji button:focus-visible {
      background: color-mix(in oklab, var(--_text) 10%, transparent);
    }

    .emoji .react {
      padding-bottom: 0.3rem;
      margin-bottom: 0.3rem;
      border-bottom: 1px solid var(--_line);
    }

    .emoji .react button {
      height: 2.75rem;
      font-size: 1.6rem;
    }
  `,
];
