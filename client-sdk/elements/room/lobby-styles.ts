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
    gap: var(--_space-8);
  }

  .panel {
    padding: var(--_space-24) var(--_space-16) calc(var(--_space-24) + env(safe-area-inset-bottom));
  }

  loge-private {
    margin-top: var(--_space-16);
  }

  .when {
    margin-bottom: var(--_space-8);
    color: var(--_accent);
    font: var(--_strong-14);
  }

  h1 {
    font: var(--_title-28);
  }

  h1.long {
    font: var(--_title-28);
  }

  .creator {
    margin-top: var(--_space-4);
    color: var(--_muted);
    font: var(--_type-16);
  }

  .about {
    margin-top: var(--_space-12);
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  .waiver {
    display: flex;
    gap: var(--_space-8);
    align-items: flex-start;
    margin-top: var(--_space-16);
    font: var(--_type-14);
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
    margin-top: var(--_space-16);
    padding: var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .price-line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-16);
  }

  .price-line small {
    display: block;
    font: var(--_type-14);
  }

  .price {
    font: var(--_title-28);
    white-space: nowrap;
  }

  .buttons {
    display: grid;
    gap: var(--_space-12);
    margin-top: var(--_space-16);
  }

  .holds {
    margin-top: var(--_space-12);
    text-align: center;
    font: var(--_type-14);
  }

  .secure {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--_space-8);
    margin-top: var(--_space-16);
    padding-top: var(--_space-16);
    border-top: 1px solid var(--_line);
    font: var(--_type-14);
  }

  .secure .icon {
    margin-top: var(--_space-4);
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
      padding: var(--_space-48) clamp(var(--_space-24), 4cqw, var(--_space-48));
    }

    h1:not(.long) {
      font: var(--_title-40);
    }

    .offer {
      margin-top: var(--_space-24);
      padding: var(--_space-24);
    }
  }
`;
