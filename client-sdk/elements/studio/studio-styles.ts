/** Styles of `<loge-studio>`: on a phone the picture with the chat over it and the controls below; else columns. */
import { css } from 'lit';

export const studioStyles = css`
  :host {
    display: block;
    container: studio / size;
    height: 100%;
    min-height: var(--loge-min-height, 26rem);
    overflow-y: auto;
    background: var(--_ground);
  }

  /* As in the room: the picture behind, the chat over its lower part; what is pressed is at the bottom. */
  .studio {
    --_controls: 3.9rem;
    --_chat-height: max(100cqh - var(--_controls) - 56.25cqw, min(62cqh, 14rem), 9.5rem);
    position: relative;
    display: grid;
    grid-template:
      auto minmax(0, 1fr) minmax(9.5rem, var(--_chat-height)) var(--_controls)
      / minmax(0, 1fr);
    height: 100%;
    min-height: 16rem;
    background: #080506;
  }

  .studio:has(loge-studio-picture[portrait]) {
    --_chat-height: max(42cqh, min(62cqh, 14rem), 9.5rem);
  }

  .studio:has(loge-chat[opened]) {
    --_chat-height: max(100cqh - var(--_controls) - 56.25cqw, 74cqh);
  }

  .main {
    display: contents;
  }

  loge-studio-picture {
    --_stage-covered: max(0px, 56.25cqw + var(--_chat-height) + var(--_controls) - 100cqh);
    grid-area: 1 / 1 / span 3;
    align-self: start;
  }

  loge-studio-picture[portrait] {
    --_stage-covered: var(--_chat-height);
    --_picture-height: 100%;
    --_picture-fit: cover;
    align-self: stretch;
  }

  loge-studio-figures {
    z-index: 1;
    grid-area: 1 / 1;
  }

  .notices {
    z-index: 1;
    grid-area: 2 / 1;
    align-self: end;
    max-height: 100%;
    overflow-y: auto;
  }

  .controls {
    grid-area: 4 / 1;
  }

  .chat {
    --_chat-strip: flex;
    --_chat-full: none;
    --_chat-panel: transparent;
    --loge-safe-bottom: 0px;
    z-index: 1;
    grid-area: 3 / 1;
    min-height: 0;
    overflow: hidden;
    border-radius: var(--_radius) var(--_radius) 0 0;
    background: color-mix(in oklab, var(--_ground) 80%, transparent);
  }

  .studio.waiting {
    aspect-ratio: 16 / 9;
    min-height: 0;
    background: var(--_surface);
  }

  .refused {
    padding: 3rem 1.25rem;
    text-align: center;
    font-size: 1.125rem;
  }

  .controls {
    display: flex;
    align-items: center;
    gap: clamp(0.15rem, 4cqw - 0.6rem, 0.6rem);
    padding: 0 clamp(0.4rem, 2.5cqw, 0.75rem) env(safe-area-inset-bottom);
    background: var(--_ground);
  }

  .interrupted {
    margin: 0 1rem 0.8rem;
  }

  .interrupted p {
    margin-block: 0.3rem 0.8rem;
  }

  .answers {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
  }

  .space {
    flex: 1;
    text-align: end;
    font-size: 0.9375rem;
  }

  @container studio (max-width: 899px) {
    .space {
      font-size: 0;
    }

    /* Over the picture. */
    .notices > * {
      margin: 0 0.5rem 0.5rem;
      border-radius: var(--_radius-small);
      background: var(--_ground);
    }

    .notices > loge-studio-ending[idle] {
      width: fit-content;
      margin-inline-start: auto;
      background: color-mix(in oklab, var(--_ground) 74%, transparent);
    }

    .notices > .messages:has(wa-callout) {
      padding: 0;
    }

    .messages > wa-callout {
      padding: 0.5rem 0.75rem;
    }

    /* A message takes the place of the words in the picture, below the button that opens the devices. */
    .studio:has(.messages > wa-callout) loge-studio-picture {
      --_curtain-text: none;
      --_curtain-bottom: 7.25rem;
    }

    .notices > .card {
      padding: 0.5rem 0.6rem;
    }

    /* The picture stays in sight: what does not fit scrolls. */
    .studio.live .notices {
      max-height: min(100%, 8rem);
    }

    .tool.wide-only,
    loge-private[idle],
    loge-studio-figures::part(watching) {
      display: none;
    }

    /* Over the picture: one line beside its badges, without labels. */
    loge-studio-figures::part(figures) {
      display: flex;
      flex-wrap: wrap;
      justify-content: end;
      gap: 0.3rem;
      padding: 0.75rem 0.75rem 0 7.5rem;
    }

    loge-studio-figures::part(figure),
    loge-studio-figures::part(resting) {
      padding: 0.2em 0.65em;
      border: 0;
      border-radius: 999px;
      background: rgb(12 6 9 / 0.74);
      font-size: 0.8125rem;
      line-height: 1.35;
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
      margin: 0.3rem 0.75rem 0 auto;
      color: #fff5e9;
    }
  }

  .tool {
    display: grid;
    place-items: center;
    flex: none;
    width: 2.75rem;
    height: 2.75rem;
    border: 1px solid var(--_line);
    border-radius: 50%;
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
    padding: 0 1rem 0.8rem;
  }

  .card {
    margin: 0 1rem 1rem;
    padding: 1rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  loge-studio-ending {
    margin: 0 1rem 0.8rem;
  }

  .cards {
    inset: auto 0 0;
    width: 100%;
    max-width: none;
    max-height: min(85dvh, 100dvh - 3rem);
    margin: 0;
    padding: 0 0 env(safe-area-inset-bottom);
    overflow-y: auto;
    border: 0;
    border-top: 1px solid var(--_line);
    border-radius: 20px 20px 0 0;
    background: var(--_raised);
    color: var(--_text);
  }

  .cards::backdrop {
    background: rgb(8 4 6 / 0.6);
  }

  .sheet-head {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding: 0.6rem 0.6rem 0.6rem 1.15rem;
    background: var(--_raised);
  }

  .sheet-head h2 {
    font-size: 1.25rem;
  }

  /* On its side, or zoomed: picture and controls left, chat right. */
  @container studio (min-width: 560px) and (min-aspect-ratio: 5/4) {
    .studio,
    .studio:has(loge-chat[opened]) {
      --_chat-height: 100cqh;
      grid-template: auto minmax(0, 1fr) var(--_controls) / minmax(0, 1fr) clamp(16.5rem, 40cqw, 20rem);
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

    .chat {
      grid-area: 1 / 2 / span 3;
      border-radius: 0;
      border-inline-start: 1px solid var(--_line);
    }
  }

  @container studio (min-width: 900px) {
    .studio,
    .studio:has(loge-chat[opened]) {
      grid-template: minmax(0, 1fr) / minmax(0, 1fr) clamp(20rem, 28cqw, 26rem);
      background: none;
    }

    .main {
      display: block;
      min-width: 0;
      overflow-y: auto;
    }

    loge-studio-picture,
    loge-studio-picture[portrait] {
      --_picture-height: auto;
      --picture-max-height: max(16rem, min(60vh, 100vh - 26rem));
    }

    loge-studio-figures {
      border-bottom: 1px solid var(--_line);
    }

    .controls {
      padding: 1rem 1.25rem;
    }

    .narrow-only,
    .sheet-head,
    .folded {
      display: none;
    }

    .notices {
      max-height: none;
    }

    .cards:not(:popover-open) {
      position: static;
      display: block;
      max-height: none;
      border: 0;
      background: none;
    }

    .card,
    loge-studio-ending {
      margin-inline: 1.25rem;
    }

    .messages:has(wa-callout) {
      padding-inline: 1.25rem;
    }

    .chat {
      --_chat-strip: none;
      --_chat-full: block;
      --_chat-panel: var(--_surface);
      grid-area: 1 / 2;
      border-radius: 0;
      border-inline-start: 1px solid var(--_line);
      background: color-mix(in oklab, var(--_surface) 55%, var(--_ground));
    }

    .studio.live loge-studio-earnings {
      padding: 0.65rem 1rem;
    }
  }
`;
