/** Styles of `<loge-chat-moderation>`. */
import { css } from 'lit';

export const chatMessageStyles = css`
  .around {
    margin-bottom: var(--_space-16);
    padding: var(--_space-8) var(--_space-16);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    color: var(--_muted);
    font: var(--_type-14);
    overflow-wrap: anywhere;
  }

  .around .it {
    margin: var(--_space-4) calc(-1 * var(--_space-16));
    padding: var(--_space-4) var(--_space-16);
    border-inline-start: 3px solid var(--_accent);
    background: color-mix(in oklab, var(--_accent) 10%, transparent);
    color: var(--_text);
    font: var(--_type-16);
  }

  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-4) var(--_space-16);
    list-style: none;
    font: var(--_type-14);
  }

  h3 {
    margin-top: var(--_space-16);
    font: var(--_strong-16);
  }

  .record {
    max-height: 9rem;
    overflow-y: auto;
    margin-top: var(--_space-4);
    padding-inline-start: var(--_space-16);
    font: var(--_type-14);
  }

  .restricted {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--_space-8);
    margin-top: var(--_space-12);
    color: var(--_danger);
    font: var(--_type-16);
  }

  .restricted span {
    flex: 1 1 12rem;
    min-width: 0;
  }

  .restricted wa-button {
    margin-inline-start: auto;
  }

  .reasons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
    margin: var(--_space-16) 0 var(--_space-8);
  }

  .acts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-8);
    margin-top: var(--_space-16);
  }

  .times {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: var(--_space-8);
  }

  .times p {
    grid-column: 1 / -1;
    margin-bottom: calc(-1 * var(--_space-4));
    font: var(--_type-16);
  }

  wa-callout {
    margin-top: var(--_space-16);
  }
`;
