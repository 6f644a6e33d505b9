/**
 * The layout of `<loge-room>`, by the element's own size. Narrow: the video stands behind, the chat lies over its lower
 * part, the composer is always visible. Wide, or lying on its side: chat next to the video. A small chat has one strip
 * that opens (`chat-strip.ts`).
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
    container: room / size;
  }

  .scroll {
    position: relative;
    height: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
  }

  .inside {
    --_bar: 3.25rem;
    /* From below the video down; where that is too little, over the video. */
    --_chat-height: max(100cqh - var(--_bar) - 56.25cqw, min(72cqh, 15rem));
    position: relative;
    display: grid;
    grid-template: auto minmax(0, 1fr) var(--_chat-height) / minmax(0, 1fr);
    height: 100%;
    background: var(--_ground);
  }

  .inside:has(loge-stage[portrait]) {
    --_chat-height: max(46cqh, min(72cqh, 15rem));
  }

  .inside:has(loge-chat[opened]) {
    --_chat-height: max(100cqh - var(--_bar) - 56.25cqw, 78cqh);
  }

  :is(.inside, .scroll):focus {
    outline: none;
    box-shadow: none;
  }

  .stage-box {
    --_stage-covered: max(0px, var(--_bar) + 56.25cqw + var(--_chat-height) - 100cqh);
    position: relative;
    grid-area: 2 / 1 / -1 / 1;
    align-self: start;
    aspect-ratio: 16 / 9;
    background: var(--_stage);
  }

  .stage-box:has(loge-stage[portrait]) {
    --_stage-top: 3.25rem;
    --_stage-covered: var(--_chat-height);
    --_stage-portrait-fit: cover;
    grid-row-start: 1;
    align-self: stretch;
    aspect-ratio: auto;
  }

  .bar {
    z-index: 1;
    grid-area: 1 / 1;
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-12);
    min-height: var(--_bar);
    padding: var(--_space-4) var(--_space-12) var(--_space-4) var(--_space-16);
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
    font: var(--_strong-16);
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 1;
    overflow: hidden;
  }

  /* A tap or the keyboard shows all of a title that is cut off. */
  .title h1:focus {
    -webkit-line-clamp: none;
  }

  .title p {
    font: var(--_type-14);
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  @container room (min-height: 500px) {
    .title h1 {
      font: var(--_strong-16);
      -webkit-line-clamp: 2;
    }
  }

  loge-chat,
  .chat-box {
    z-index: 1;
    grid-area: 3 / 1;
    overflow: hidden;
    border-radius: var(--_radius) var(--_radius) 0 0;
    background: color-mix(in oklab, var(--_ground) 80%, transparent);
  }

  /* At the edge between the stage and a chat that lies over it. */
  .inside > loge-goal {
    z-index: 2;
    grid-area: 3 / 1;
    align-self: start;
    height: 4px;
    margin-top: calc(-1 * var(--_space-4));
  }

  /* Over a picture that fills the phone. */
  @container room ((max-width: 559px) or ((max-width: 819px) and (max-aspect-ratio: 5/4))) {
    .inside:has(loge-stage[portrait]) .bar {
      --_text: var(--_on-stage);
      --_muted: var(--_on-stage);
      --loge-text: var(--_on-stage);
      --loge-muted: var(--_on-stage);
      background: linear-gradient(var(--_scrim), var(--_scrim-light) 70%, transparent);
      color: var(--_on-stage);
    }
  }

  @container room ((max-width: 819px) or (max-height: 599px)) {
    loge-chat {
      --_chat-strip: flex;
      --_chat-full: none;
      --_chat-panel: transparent;
    }
  }

  @container room ((min-width: 820px) or ((min-width: 560px) and (min-aspect-ratio: 5/4))) {
    .inside,
    .inside:has(loge-chat[opened]) {
      --_chat-height: 100cqh;
      grid-template: minmax(0, 1fr) auto / minmax(0, 1fr) clamp(16.5rem, 27cqw, 26rem);
      background: none;
    }

    .stage-box,
    .stage-box:has(loge-stage[portrait]) {
      --_stage-top: 0px;
      --_stage-covered: 0px;
      --_stage-portrait-fit: contain;
      grid-area: 1 / 1;
      align-self: stretch;
      aspect-ratio: auto;
      min-height: 0;
    }

    .inside > loge-goal {
      display: none;
    }

    .bar {
      grid-area: 2 / 1;
      padding: var(--_space-4) var(--_space-16);
      background: none;
    }

    loge-chat,
    .chat-box {
      grid-area: 1 / 2 / span 2;
      border-radius: 0;
      border-inline-start: 1px solid var(--_line);
      background: color-mix(in oklab, var(--_surface) 55%, var(--_ground));
    }
  }

  @container room (min-width: 820px) and (min-height: 600px) {
    .bar {
      min-height: 5.25rem;
      padding-block: var(--_space-12);
    }

    .title h1 {
      font: var(--_title-28);
      -webkit-line-clamp: 2;
    }

    .title p {
      font: var(--_type-16);
    }
  }

  /* The evening is over: what was said is gone, and the curtain closes over the dark. */
  .inside.closing > * {
    visibility: hidden;
  }

  loge-curtain {
    z-index: 3;
  }

  .skeleton .line {
    display: block;
    width: 8rem;
    height: 0.85rem;
    margin-top: var(--_space-8);
    border-radius: var(--_radius-small);
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
    gap: var(--_space-16);
    height: 100%;
    padding: var(--_space-32) var(--_space-16);
    text-align: center;
    background: radial-gradient(ellipse at 50% 110%, color-mix(in oklab, var(--_accent) 16%, transparent), transparent 65%);
  }

  .failure :is(.icon, a) {
    color: var(--_accent);
  }

  .failure h1 {
    font: var(--_title-28);
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
    gap: var(--_space-12);
    max-width: 100%;
    padding: var(--_space-8) var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_raised);
    font: var(--_type-16);
    box-shadow: 0 8px 28px var(--_shade);
  }
`;
