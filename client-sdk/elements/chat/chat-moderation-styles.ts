/** Styles of `<loge-chat-moderation>`. */
import { css } from 'lit';

export const chatMessageStyles = css`
  .around {
    margin-bottom: 0.9rem;
    padding: 0.6rem 0.9rem;
    border-radius: var(--_radius-small);
    background: var(--_surface);
    color: var(--_muted);
    font-size: 0.9063rem;
    overflow-wrap: anywhere;
  }

  .around .it {
    margin: 0.25rem -0.9rem;
    padding: 0.3rem 0.9rem;
    border-inline-start: 3px solid var(--_accent);
    background: color-mix(in oklab, var(--_accent) 10%, transparent);
    color: var(--_text);
    font-size: 1rem;
  }

  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.2rem;
    list-style: none;
    font-size: 0.9063rem;
  }

  h3 {
    margin-top: 0.9rem;
    font-size: 0.9375rem;
  }

  .record {
    max-height: 9rem;
    overflow-y: auto;
    margin-top: 0.3rem;
    padding-inline-start: 1.1rem;
    font-size: 0.9063rem;
  }

  .restricted {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-top: 0.7rem;
    color: var(--_danger);
    font-size: 0.9375rem;
  }

  .restricted span {
    flex: 1 1 12rem;
    min-width: 0;
  }

  .restricted .icon {
    flex: none;
  }

  .restricted wa-button {
    margin-inline-start: auto;
  }

  .reasons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    margin: 1.1rem 0 0.6rem;
  }

  .acts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
    margin-top: 1rem;
  }

  .times {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 0.6rem;
  }

  .times p {
    grid-column: 1 / -1;
    margin-bottom: -0.3rem;
    font-size: 0.9375rem;
  }

  wa-callout {
    margin-top: 1rem;
  }
`;
