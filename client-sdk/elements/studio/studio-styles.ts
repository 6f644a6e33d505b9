/** Styles of `<loge-studio>`: picture, controls and figures in one column, the chat below or next to it. */
import { css } from 'lit';

export const studioStyles = css`
  :host {
    display: block;
    container: studio / inline-size;
    height: 100%;
    overflow-y: auto;
    background: var(--_ground);
  }

  .studio {
    display: grid;
    grid-template: auto minmax(30rem, 1fr) / minmax(0, 1fr);
    min-height: 100%;
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

  .main {
    min-width: 0;
  }

  loge-studio-figures {
    border-bottom: 1px solid var(--_line);
  }

  .controls {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    padding: 0.8rem 1rem;
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

  @container studio (max-width: 520px) {
    .space {
      font-size: 0;
    }
  }

  .tool {
    display: grid;
    place-items: center;
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

  .studio.live loge-studio-earnings {
    padding: 0.65rem 1rem;
  }

  loge-studio-ending {
    margin: 0 1rem 0.8rem;
  }

  .chat {
    min-height: 0;
    border-top: 1px solid var(--_line);
  }

  @container studio (min-width: 900px) {
    .studio {
      grid-template: minmax(0, 1fr) / minmax(0, 1fr) clamp(20rem, 28cqw, 26rem);
      height: 100%;
    }

    .main {
      overflow-y: auto;
    }

    loge-studio-picture {
      --picture-max-height: max(16rem, min(60vh, 100vh - 26rem));
    }

    .controls {
      padding: 1rem 1.25rem;
    }

    .card {
      margin-inline: 1.25rem;
    }

    .messages:has(wa-callout) {
      padding-inline: 1.25rem;
    }

    .chat {
      border-top: 0;
      border-inline-start: 1px solid var(--_line);
      background: color-mix(in oklab, var(--_surface) 55%, var(--_ground));
    }
  }
`;
