/**
 * The layout of `<loge-room>`. Narrow: video above the chat, with the composer always visible. Wide: chat next to the
 * video. It depends on the element's own width, not the window's.
 */
import { css } from 'lit';

export const roomStyles = css`
  :host {
    display: block;
    height: var(--loge-height, min(82dvh, 44rem));
    min-height: var(--loge-min-height, 26rem);
    background: var(--_ground);
    border-radius: var(--loge-frame-radius, 0);
    overflow: hidden;
  }

  .room {
    position: relative;
    height: 100%;
    container: room / inline-size;
  }

  .scroll {
    position: relative;
    height: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
  }

  .lobby-wallet {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-end: 0.75rem;
    z-index: 1;
  }

  .inside {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
    height: 100%;
  }

  .stage-box {
    position: relative;
    aspect-ratio: 16 / 9;
    max-height: 46cqh;
    background: #080506;
  }

  .bar {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem;
    min-height: 3.9rem;
    padding: 0.5rem 0.75rem 0.5rem 1rem;
    border-bottom: 1px solid var(--_line);
  }

  .title {
    min-width: 0;
  }

  .bar:has(loge-private) {
    flex-wrap: wrap;
  }

  .bar:has(loge-private) .title {
    flex: 1;
  }

  .bar loge-private {
    flex: 1 0 100%;
  }

  .title h1 {
    font-size: 1.125rem;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 1;
    overflow: hidden;
  }

  .title p {
    font-size: 0.875rem;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  @container room (min-width: 820px) {
    .inside {
      grid-template: minmax(0, 1fr) auto / minmax(0, 1fr) clamp(20rem, 27cqw, 26rem);
    }

    .stage-box {
      aspect-ratio: auto;
      max-height: none;
      min-height: 0;
    }

    .bar {
      grid-row: 2;
      grid-column: 1;
      min-height: 5.25rem;
      padding: 0.75rem 1.25rem;
      border-bottom: 0;
    }

    .title h1 {
      font-size: 1.5rem;
      -webkit-line-clamp: 2;
    }

    .title p {
      font-size: 1rem;
    }

    loge-chat,
    .chat-box {
      grid-row: 1 / span 2;
      grid-column: 2;
      border-inline-start: 1px solid var(--_line);
      background: color-mix(in oklab, var(--_surface) 55%, var(--_ground));
    }
  }

  .skeleton .line {
    display: block;
    width: 8rem;
    height: 0.85rem;
    margin-top: 0.5rem;
    border-radius: 6px;
    background: var(--_raised);
    animation: glow 1.6s ease-in-out infinite alternate;
  }

  .skeleton .line.wide {
    width: 14rem;
    max-width: 60vw;
    height: 1.1rem;
    margin-top: 0;
  }

  @keyframes glow {
    from {
      opacity: 0.45;
    }
  }

  .failure {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.9rem;
    height: 100%;
    padding: 2rem 1.25rem;
    text-align: center;
    background: radial-gradient(ellipse at 50% 110%, color-mix(in oklab, var(--_accent) 16%, transparent), transparent 65%);
  }

  .failure .icon {
    color: var(--_accent);
  }

  .failure h1 {
    font-size: 1.7rem;
  }

  .failure p {
    max-width: 28rem;
    color: var(--_muted);
    text-wrap: balance;
  }

  .banner-place {
    position: absolute;
    inset-block-start: 0.6rem;
    inset-inline: 0.6rem;
    display: grid;
    justify-items: center;
    pointer-events: none;
  }

  /* On a phone the banner is as wide as the video, so it goes below the badges. */
  @media (max-width: 640px) {
    .banner-place {
      inset-block-start: 2.9rem;
    }
  }

  .banner {
    display: flex;
    align-items: center;
    gap: 0.65rem;
    max-width: 100%;
    padding: 0.6rem 1.1rem;
    border: 1px solid var(--_line);
    border-radius: 1.4rem;
    background: var(--_raised);
    font-size: 0.9375rem;
    box-shadow: 0 8px 28px rgb(0 0 0 / 0.5);
  }
`;
