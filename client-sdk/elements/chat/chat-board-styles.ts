/** Styles of `<loge-chat-board>`. */
import { css } from 'lit';

export const chatBoardStyles = css`
  :host {
    display: block;
    background: var(--_chat-panel, var(--_surface));
  }

  .pinned,
  .poll {
    border-bottom: 1px solid var(--_line);
    font-size: 0.9063rem;
  }

  .pinned {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0 0.6rem;
    align-items: start;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
  }

  .pinned > .icon {
    margin-top: 0.15rem;
    color: var(--_accent);
  }

  .words {
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    line-height: 1.4;
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

  .name {
    font-weight: 650;
    margin-inline-end: 0.35em;
  }

  .name.creator,
  .role {
    color: var(--_accent);
  }

  .role {
    display: none;
  }

  .quiet {
    display: grid;
    place-items: center;
    min-width: max(2rem, var(--_finger));
    height: max(2rem, var(--_finger));
    margin: -0.5rem 0;
    padding: 0 0.5rem;
    border: 0;
    border-radius: 999px;
    background: none;
    color: var(--_muted);
    font: inherit;
    font-size: 0.8438rem;
    cursor: pointer;
  }

  .quiet:hover {
    color: var(--_text);
  }

  .poll {
    padding: 0.6rem 1rem 0.75rem;
  }

  .poll-head {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    color: var(--_muted);
    font-size: 0.8125rem;
  }

  .poll-head .fold {
    margin-inline-start: auto;
  }

  .question {
    margin: 0.15rem 0 0.45rem;
    font-weight: 650;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }

  .result {
    margin-bottom: 0.45rem;
    color: var(--_accent);
  }

  .options {
    display: grid;
    gap: 0.35rem;
  }

  .option {
    position: relative;
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: max(2.25rem, var(--_finger));
    padding: 0.3rem 0.75rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: inherit;
    font: inherit;
    text-align: start;
    overflow: hidden;
    isolation: isolate;
  }

  button.option {
    cursor: pointer;
  }

  button.option:hover {
    border-color: var(--_accent);
  }

  .option.chosen {
    border-color: var(--_accent);
  }

  .share {
    position: absolute;
    inset: 0;
    z-index: -1;
    background: color-mix(in oklab, var(--_accent) 20%, transparent);
    transform-origin: left;
    transition: transform 300ms ease-out;
  }

  :dir(rtl) .share {
    transform-origin: right;
  }

  .option bdi {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .option .icon {
    flex: none;
    color: var(--_accent);
  }

  .problem {
    margin-top: 0.4rem;
    color: var(--_danger);
  }
`;
