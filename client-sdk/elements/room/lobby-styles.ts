/** Styles of `<loge-lobby>`: the poster above the offer on a phone, next to it on wide screens. */
import { css } from 'lit';

export const lobbyStyles = css`
  :host {
    display: block;
    height: 100%;
    container-type: inline-size;
  }

  .lobby {
    display: grid;
    grid-template: auto 1fr / minmax(0, 1fr);
    min-height: 100%;
  }

  .picture {
    position: relative;
    aspect-ratio: 16 / 9;
    container-type: size;
  }

  /* On a low phone the offer needs the space. */
  @media (max-height: 42rem) and (max-width: 640px) {
    .picture {
      aspect-ratio: auto;
      height: 8.5rem;
    }
  }

  .badges {
    position: absolute;
    inset-block-start: 0.9rem;
    inset-inline-start: 0.9rem;
    display: flex;
    gap: 0.5rem;
  }

  .panel {
    padding: 1.35rem 1.15rem calc(1.5rem + env(safe-area-inset-bottom));
  }

  loge-private {
    margin-top: 1.25rem;
  }

  .when {
    margin-bottom: 0.4rem;
    color: var(--_accent);
    font-size: 0.9063rem;
    font-weight: 600;
  }

  h1 {
    font-size: clamp(1.7rem, 6.4cqw, 2.6rem);
  }

  h1.long {
    font-size: clamp(1.25rem, 4.4cqw, 1.9rem);
  }

  .creator {
    margin-top: 0.35rem;
    color: var(--_muted);
    font-size: 1.0625rem;
  }

  .about {
    margin-top: 0.75rem;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  .waiver {
    display: flex;
    gap: 0.6rem;
    align-items: flex-start;
    margin-top: 0.9rem;
    font-size: 0.8125rem;
  }

  .waiver input {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--_accent);
  }

  .waiver em {
    font-style: normal;
    opacity: 0.8;
  }

  .offer {
    margin-top: 1.25rem;
    padding: 1.1rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .price-line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
  }

  .price-line small {
    display: block;
    font-size: 0.875rem;
  }

  .price {
    font-size: 1.9rem;
    white-space: nowrap;
    font-variant-numeric: tabular-nums lining-nums;
  }

  .buttons {
    display: grid;
    gap: 0.65rem;
    margin-top: 1.1rem;
  }

  .holds {
    margin-top: 0.65rem;
    text-align: center;
    font-size: 0.9063rem;
  }

  .secure {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.55rem;
    margin-top: 1rem;
    padding-top: 0.9rem;
    border-top: 1px solid var(--_line);
    font-size: 0.8438rem;
    line-height: 1.45;
  }

  .secure .icon {
    margin-top: 0.15em;
  }

  @container (min-width: 820px) {
    .lobby {
      grid-template: 1fr / minmax(0, 1.35fr) minmax(24rem, 1fr);
      align-items: stretch;
    }

    .picture {
      aspect-ratio: auto;
      min-height: 30rem;
    }

    /* At the top, so that what arrives later moves nothing. */
    .panel {
      padding: 3.25rem clamp(1.75rem, 4cqw, 3.5rem);
    }

    h1:not(.long) {
      font-size: clamp(2rem, 3.6cqw, 3.1rem);
    }

    .offer {
      margin-top: 1.75rem;
      padding: 1.35rem;
    }
  }
`;
