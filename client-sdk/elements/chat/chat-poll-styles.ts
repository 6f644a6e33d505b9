/** Styles of `<loge-chat-poll>`. */
import { css } from 'lit';
import { quietStyles } from '../controls/quiet-button.ts';

export const chatPollStyles = css`
  ${quietStyles}

  .poll {
    margin: var(--_space-8) var(--_space-12);
    padding: var(--_space-8) var(--_space-12) var(--_space-12);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    font: var(--_type-14);
  }

  .poll-head {
    display: flex;
    align-items: center;
    gap: var(--_space-8);
    color: var(--_muted);
    font: var(--_type-14);
  }

  .poll-head .fold {
    margin-inline-start: auto;
  }

  .question {
    margin: var(--_space-4) 0 var(--_space-8);
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .result {
    margin-bottom: var(--_space-8);
    color: var(--_accent);
  }

  .options {
    display: grid;
    gap: var(--_space-4);
  }

  .option {
    position: relative;
    display: flex;
    align-items: center;
    gap: var(--_space-8);
    min-height: max(2.25rem, var(--_finger));
    padding: var(--_space-4) var(--_space-12);
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

  button.option:hover,
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
    color: var(--_accent);
  }

  .problem {
    margin-top: var(--_space-8);
    color: var(--_danger);
  }
`;
