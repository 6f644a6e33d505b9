/** Styles of `<loge-studio>`: on a phone the picture with the tabs over it and the controls below; else columns. */
import { css } from 'lit';

export const studioStyles = css`
  :host {
    container: studio / size;
    isolation: isolate;
    height: 100%;
    min-height: var(--loge-min-height, 26rem);
    overflow-y: auto;
    background: var(--_ground);
  }

  /* As in the room: the picture behind, the tabs over its lower part; what is pressed is at the bottom. */
  .studio {
    --_controls: 3.75rem;
    --_side: max(100cqh - var(--_controls) - 56.25cqw, min(62cqh, 16rem), 11.75rem);
    position: relative;
    display: grid;
    grid-template:
      minmax(0, 1fr) auto minmax(11.75rem, var(--_side)) var(--_controls)
      / minmax(0, 1fr);
    height: 100%;
    min-height: 17.5rem;
    background: var(--_stage);
  }

  .studio:has(loge-studio-picture[portrait]) {
    --_side: max(42cqh, min(62cqh, 16rem), 11.75rem);
  }

  .studio:has(loge-chat[opened], #panel-chat.away) {
    --_side: max(100cqh - var(--_controls) - 56.25cqw, min(74cqh, 26rem));
  }

  .main {
    display: contents;
  }

  loge-studio-picture {
    --_stage-covered: max(0px, 56.25cqw + var(--_side) + var(--_controls) - 100cqh);
    grid-area: 1 / 1 / span 3;
    align-self: start;
  }

  loge-studio-picture[portrait] {
    --_stage-covered: var(--_side);
    --_picture-height: 100%;
    --_picture-fit: cover;
    align-self: stretch;
  }

  loge-studio-figures {
    z-index: 1;
    grid-area: 2 / 1;
  }

  .notices {
    z-index: 1;
    grid-area: 1 / 1;
    align-self: end;
    max-height: 100%;
    overflow-y: auto;
  }

  .controls {
    grid-area: 4 / 1;
  }

  .side {
    --_chat-strip: flex;
    --_chat-title: none;
    --_chat-full: none;
    --_chat-panel: transparent;
    --loge-safe-bottom: 0px;
    z-index: 1;
    grid-area: 3 / 1;
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    min-height: 0;
    overflow: hidden;
    border-radius: var(--_radius) var(--_radius) 0 0;
    background: color-mix(in oklab, var(--_ground) 80%, transparent);
  }

  .panel {
    grid-area: 2 / 1;
    min-height: 0;
    overflow-y: auto;
  }

  .panel:not(#panel-chat) {
    padding: var(--_card);
    background: var(--_ground);
  }

  /* Not gone: the list of the chat is measured while another tab is shown. */
  .panel.away {
    visibility: hidden;
  }

  loge-studio-requests::part(title) {
    display: none;
  }

  .studio.waiting {
    aspect-ratio: 16 / 9;
    min-height: 0;
    background: var(--_surface);
  }

  .refused {
    padding: var(--_space-48) var(--_space-16);
    text-align: center;
    font: var(--_type-20);
  }

  .controls {
    display: flex;
    align-items: center;
    gap: clamp(0px, 8cqw - var(--_space-24), var(--_space-8));
    padding: 0 clamp(var(--_space-8), 2.5cqw, var(--_space-12)) env(safe-area-inset-bottom);
    background: var(--_ground);
  }

  .interrupted {
    margin: 0 var(--_space-16) var(--_space-12);
  }

  .interrupted p {
    margin-block: var(--_space-4) var(--_space-12);
  }

  .answers {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
  }

  .space {
    flex: 1;
    text-align: end;
    font: var(--_type-16);
  }

  /* In very large text, what goes live has a row of its own. */
  @container studio (max-width: 18rem) {
    .controls {
      flex-wrap: wrap;
      row-gap: var(--_space-8);
      padding-bottom: var(--_space-8);
    }

    .controls > wa-button {
      flex: 1 0 100%;
    }
  }

  @container studio (max-width: 899px) {
    .space {
      overflow: hidden;
      text-indent: 100%;
      white-space: nowrap;
    }

    /* Over the picture. */
    .notices > * {
      margin: 0 var(--_space-8) var(--_space-8);
      border-radius: var(--_radius-small);
      background: var(--_ground);
    }

    .notices > .messages:has(wa-callout) {
      padding: 0;
    }

    .messages > wa-callout {
      padding: var(--_space-8) var(--_space-12);
    }

    /* A message takes the place of the words in the picture, below the button that opens the devices. */
    .studio:has(.messages > wa-callout) loge-studio-picture {
      --_curtain-text: none;
      --_curtain-bottom: 7.25rem;
    }

    .notices > .card {
      padding: var(--_space-8) var(--_space-8);
    }

    /* What is to be decided covers the tabs too. */
    .studio:has(.interrupted) .notices {
      z-index: 2;
      grid-row-end: span 3;
      align-self: start;
      padding-top: var(--_space-8);
    }

    /* The picture stays in sight: what does not fit scrolls. */
    .studio.live .notices {
      max-height: min(100%, 8rem);
    }

    loge-private[idle],
    loge-studio-figures::part(watching) {
      display: none;
    }

    /* At the lower edge of the picture, without labels. */
    loge-studio-figures::part(figures) {
      display: flex;
      flex-wrap: wrap;
      gap: var(--_space-4);
      padding: 0 var(--_space-8) var(--_space-8);
    }

    loge-studio-figures::part(figure),
    loge-studio-figures::part(resting) {
      padding: var(--_space-4) var(--_space-12);
      border: 0;
      border-radius: var(--_radius-full);
      background: var(--_scrim);
      font: var(--_type-14);
    }

    loge-studio-figures::part(yours) {
      display: block;
      color: var(--_accent);
    }

    loge-studio-figures::part(term) {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    loge-studio-figures::part(resting) {
      width: fit-content;
      min-height: 0;
      margin: 0 var(--_space-8) var(--_space-8);
      color: var(--_on-stage);
    }
  }

  .tool {
    display: grid;
    place-items: center;
    flex: none;
    width: clamp(2.75rem, 12cqw, var(--_control));
    aspect-ratio: 1;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-full);
    background: var(--_surface);
    color: var(--_text);
    cursor: pointer;
  }

  .tool:hover:not(:disabled) {
    background: var(--_raised);
  }

  .tool:disabled {
    opacity: 0.4;
    cursor: default;
  }

  .tool.on {
    border-color: var(--_accent);
    color: var(--_accent);
  }

  .tool.muted-off,
  .tool.muted-off:hover:not(:disabled) {
    border-color: transparent;
    background: var(--_live);
    color: var(--_on-live);
  }

  .tool.plain {
    border-color: transparent;
    background: none;
  }

  .messages:has(wa-callout) {
    padding: 0 var(--_space-16) var(--_space-12);
  }

  .card {
    margin: 0 var(--_space-16) var(--_space-16);
    padding: var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  loge-studio-ending {
    margin: 0 var(--_space-16) var(--_space-12);
  }

  .cards:popover-open {
    inset: auto 0 0;
    width: 100%;
    max-width: none;
    max-height: min(85dvh, 100dvh - 3rem);
    margin: 0;
    padding: 0 0 env(safe-area-inset-bottom);
    overflow-y: auto;
    border: 0;
    border-top: 1px solid var(--_line);
    border-radius: var(--_radius) var(--_radius) 0 0;
    background: var(--_raised);
    color: var(--_text);
  }

  .cards > .ending {
    display: flex;
    margin: 0 var(--_space-16) var(--_space-16);
  }

  .cards::backdrop {
    background: var(--_scrim);
  }

  .sheet-head {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding: var(--_space-8) var(--_space-8) var(--_space-8) var(--_space-16);
    background: var(--_raised);
  }

  .sheet-head h2 {
    font: var(--_title-20);
  }

  /* Wide, on its side, or zoomed: picture and controls left, tabs right. */
  @container studio ((min-width: 900px) or ((min-width: 560px) and (min-aspect-ratio: 5/4))) {
    .studio {
      grid-template: minmax(0, 1fr) auto var(--_controls) / minmax(0, 1fr) clamp(16.5rem, 40cqw, 20rem);
    }

    loge-studio-picture,
    loge-studio-picture[portrait] {
      --_stage-covered: 0px;
      --_picture-height: 100%;
      --_picture-fit: contain;
      grid-area: 1 / 1 / span 2;
      align-self: stretch;
    }

    .controls {
      grid-area: 3 / 1;
    }

    .side {
      grid-area: 1 / 2 / span 3;
      border-radius: 0;
      border-inline-start: 1px solid var(--_line);
    }
  }

  @container studio (min-width: 900px) {
    .studio {
      grid-template: minmax(0, 1fr) / minmax(0, 3fr) minmax(0, 2fr);
    }

    .main {
      display: flex;
      flex-direction: column;
      min-width: 0;
      overflow-y: auto;
      background: var(--_ground);
    }

    .main > :not(loge-studio-picture) {
      flex: none;
    }

    loge-studio-picture,
    loge-studio-picture[portrait] {
      flex: 1 1 12rem;
      min-height: 12rem;
      max-height: 33.75cqw;
    }

    .controls,
    .messages:has(wa-callout) {
      padding: var(--_space-16);
    }

    .notices {
      max-height: none;
    }

    .cards:not(:popover-open) {
      position: static;
      display: block;
      width: auto;
      margin: 0;
      padding: 0;
      border: 0;
      background: none;
      color: inherit;
    }

    .cards:popover-open {
      inset: 0;
      width: min(32rem, 100vw - 2rem);
      height: fit-content;
      margin: auto;
      border: 1px solid var(--_line);
      border-radius: var(--_radius);
    }

    /* In the column: before the live what it is made with, and in it what it brings. */
    .cards:not(:popover-open) > :is(.sheet-head, .ending),
    .studio.live .cards:not(:popover-open) > loge-studio-devices,
    .studio:not(.live) .cards:not(:popover-open) > loge-studio-earnings {
      display: none;
    }

    .side {
      --_chat-strip: none;
      --_chat-full: block;
      --_chat-panel: var(--_surface);
      grid-area: 1 / 2;
      background: color-mix(in oklab, var(--_surface) 55%, var(--_ground));
    }
  }
`;
