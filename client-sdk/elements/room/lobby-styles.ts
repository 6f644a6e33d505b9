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

  .panel {
    display: flex;
    flex-direction: column;
    padding: var(--_space-24) var(--_space-16) calc(var(--_space-24) + env(safe-area-inset-bottom));
  }

  .panel:has(.buttons) {
    padding-bottom: 0;
  }

  .panel:has(.buttons)::after {
    height: var(--_space-16);
    content: '';
  }

  loge-private,
  loge-private + .wallet {
    margin-top: var(--_space-16);
  }

  .callout:has(loge-ticket) {
    align-items: flex-start;
  }

  .when {
    margin-bottom: var(--_space-8);
    color: var(--_accent);
    font: var(--_strong-14);
  }

  .panel h1 {
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

  /* What comes with the quote moves nothing. */
  .waiver,
  loge-price {
    min-height: 2.75rem;
  }

  .waiver {
    margin-top: var(--_space-8);
    color: var(--_muted);
    font: var(--_type-14);
  }

  .waiver summary {
    padding-block: var(--_space-12);
    cursor: pointer;
  }

  .waiver p {
    margin-bottom: var(--_space-12);
  }

  .waiver label {
    display: flex;
    gap: var(--_space-8);
    align-items: flex-start;
    padding-bottom: var(--_space-12);
  }

  .waiver em {
    font-style: normal;
    opacity: 0.8;
  }

  .offer {
    margin-top: var(--_space-16);
    padding-top: var(--_space-16);
    border-top: 1px solid var(--_line);
  }

  .price-line {
    display: flex;
    flex-wrap: wrap;
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

  /* On a phone, the bar that stays at the bottom. */
  .buttons {
    position: sticky;
    bottom: 0;
    z-index: 1;
    order: 1;
    display: grid;
    gap: var(--_space-8);
    margin: auto calc(-1 * var(--_space-16)) 0;
    padding: var(--_space-8) var(--_space-16) calc(var(--_space-8) + env(safe-area-inset-bottom));
    border-top: 1px solid var(--_line);
    background: var(--_surface);
  }

  .wallet {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-8) var(--_space-16);
    padding-block: var(--_space-4);
    border-block: 1px solid var(--_line);
  }

  .wallet loge-wallet::part(chip) {
    padding: 0;
    border: 0;
    background: none;
  }

  .holds {
    margin-top: var(--_space-8);
    font: var(--_type-14);
  }

  .secure {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--_space-8);
    margin-block: var(--_space-8) var(--_space-16);
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

    .panel h1:not(.long) {
      font: var(--_title-40);
    }

    .buttons {
      position: static;
      order: 0;
      margin: var(--_space-16) 0;
      padding: 0;
      border: 0;
      background: none;
    }
  }
`;
