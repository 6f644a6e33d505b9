/** Styles of `<loge-stage>` and of media-chrome's controls. */
import { css } from 'lit';

export const stageStyles = css`
  :host {
    width: 100%;
    height: 100%;
  }

  .stage {
    position: relative;
    width: 100%;
    height: 100%;
    overflow: hidden;
    background: var(--_stage);
  }

  /* What lies over the picture, except where a room lays its title and its chat there. */
  .over {
    position: absolute;
    inset: var(--_stage-top, 0px) 0 var(--_stage-covered, 0px);
    overflow: hidden;
    pointer-events: none;
    container-type: size;
  }

  .over :is(.curtain, .sound) {
    pointer-events: auto;
  }

  .poster.blank {
    background: var(--_stage);
  }

  media-controller {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    --media-background-color: var(--_stage);
    --media-primary-color: var(--_on-stage);
    --media-secondary-color: transparent;
    --media-control-background: transparent;
    --media-control-hover-background: var(--_veil);
    --media-range-bar-color: var(--_accent);
    --media-font-family: var(--_font);
    --media-focus-box-shadow: inset 0 0 0 2px var(--_accent);
    --media-control-padding: 10px;
    --media-object-fit: contain;
  }

  media-controller.off {
    visibility: hidden;
  }

  media-control-bar {
    width: 100%;
    margin-bottom: var(--_stage-covered, 0px);
    padding: var(--_space-24) var(--_space-4) var(--_space-4);
    background: linear-gradient(transparent, var(--_scrim));
  }

  .space {
    flex: 1;
  }

  media-volume-range {
    width: 6rem;
  }

  @media (pointer: coarse) {
    media-volume-range {
      display: none;
    }
  }

  video.main {
    width: 100%;
    height: 100%;
  }

  :host([portrait]) video.main {
    object-fit: var(--_stage-portrait-fit, contain);
  }

  .corner {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-end: 0.75rem;
    width: clamp(5.5rem, 24cqw, 14rem);
    aspect-ratio: 16 / 9;
    object-fit: cover;
    border: 1px solid var(--_veil);
    border-radius: var(--_radius-small);
    background: var(--_stage);
  }

  /* The badge is small, the area to tap is not. */
  .report {
    display: grid;
    place-items: center;
    width: 2.75rem;
    height: 2.75rem;
    margin: calc(-1 * var(--_space-8));
    padding: 0;
    border: 0;
    border-radius: var(--_radius-full);
    background: none;
    cursor: pointer;
    pointer-events: auto;
  }

  .report:hover .badge {
    background: var(--_scrim);
  }

  .curtain {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--_space-8);
    padding: var(--_space-32) var(--_space-24) var(--_space-24);
    text-align: center;
    color: var(--_on-stage);
    background: radial-gradient(ellipse at center, var(--_scrim), var(--_scrim-light));
  }

  /* The player's controls stay usable. */
  .over .curtain.still {
    pointer-events: none;
    background: var(--_scrim);
  }

  .curtain p {
    max-width: 30em;
    text-wrap: balance;
  }

  .curtain .display {
    display: flex;
    align-items: center;
    gap: var(--_space-12);
    font: var(--_title-28);
  }

  /* The poster is what one waits with. */
  .curtain.waiting {
    place-content: end center;
    gap: var(--_space-4);
    background: linear-gradient(var(--_scrim-light), var(--_scrim));
  }

  /* One thing at a time: a tip that reaches the goal is shown after it. */
  .over:has(loge-goal-reached) .tip {
    visibility: hidden;
  }

  .waiting .muted {
    color: inherit;
    font: var(--_type-14);
  }

  .waiting .countdown {
    font: var(--_title-40);
    font-variant-numeric: tabular-nums lining-nums;
  }

  @container (min-width: 40rem) {
    .waiting .countdown {
      font: var(--_title-56);
    }
  }

  /* Below the badges, where an open chat leaves a strip of the picture. */
  @container (max-height: 8rem) {
    .curtain {
      place-content: start center;
      padding: var(--_space-48) var(--_space-16) 0;
    }

    .curtain .display {
      font: var(--_type-16);
    }

    .curtain p:not(.display) {
      display: none;
    }
  }

  .notices {
    position: absolute;
    inset-block-end: 3.6rem;
    inset-inline: 0.75rem;
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: var(--_space-8);
    pointer-events: none;
  }

  .notices .badge {
    height: auto;
    min-height: 2em;
    padding-block: var(--_space-4);
    white-space: normal;
  }

  .sound {
    display: inline-flex;
    align-items: center;
    gap: var(--_space-8);
    height: 2.75rem;
    padding: 0 var(--_space-16);
    border: 0;
    border-radius: var(--_radius-full);
    background: var(--_primary);
    color: var(--_on-primary);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
    pointer-events: auto;
    box-shadow: 0 6px 24px var(--_shade);
  }
`;
