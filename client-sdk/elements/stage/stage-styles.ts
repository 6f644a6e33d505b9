/** Styles of `<loge-stage>` and of media-chrome's controls. */
import { css } from 'lit';

export const stageStyles = css`
  :host {
    display: block;
    width: 100%;
    height: 100%;
  }

  .stage {
    position: relative;
    width: 100%;
    height: 100%;
    overflow: hidden;
    background: #080506;
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
    background: #120a0d;
  }

  /* Hides the initials behind the placeholder text. */
  .stage .poster .initials {
    opacity: 0;
  }

  media-controller {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    --media-background-color: #080506;
    --media-primary-color: #fff8ef;
    --media-secondary-color: transparent;
    --media-control-background: transparent;
    --media-control-hover-background: rgb(255 255 255 / 0.14);
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
    padding: 1.6rem 0.35rem 0.25rem;
    background: linear-gradient(transparent, rgb(6 3 4 / 0.78));
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
    border: 1px solid rgb(255 255 255 / 0.22);
    border-radius: var(--_radius-small);
    background: #000;
  }

  .badges {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-start: 0.75rem;
    display: flex;
    gap: 0.45rem;
    align-items: center;
    pointer-events: none;
  }

  /* The badge is small, the area to tap is not. */
  .report {
    display: grid;
    place-items: center;
    width: 2.75rem;
    height: 2.75rem;
    margin: -0.6rem;
    padding: 0;
    border: 0;
    border-radius: 999px;
    background: none;
    cursor: pointer;
    pointer-events: auto;
  }

  .report:hover .badge {
    background: rgb(12 6 9 / 0.94);
  }

  .report:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: -4px;
  }

  .curtain {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.5rem;
    padding: 2.5rem 1.5rem 1.5rem;
    text-align: center;
    color: #fff5e9;
    background: radial-gradient(ellipse at center, rgb(10 4 7 / 0.74), rgb(10 4 7 / 0.3));
  }

  /* The player's controls stay usable. */
  .over .curtain.still {
    pointer-events: none;
    background: rgb(10 4 7 / 0.76);
  }

  .curtain p {
    max-width: 30em;
    text-wrap: balance;
  }

  .curtain .display {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    font-size: clamp(1.3rem, 4.6cqw, 2.4rem);
  }

  /* Below the badges, where an open chat leaves a strip of the picture. */
  @container (max-height: 8rem) {
    .curtain {
      place-content: start center;
      padding: 2.6rem 1rem 0;
    }

    .curtain .display {
      font-size: 0.9375rem;
      line-height: 1.25;
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
    gap: 0.5rem;
    pointer-events: none;
  }

  .notices .badge {
    height: auto;
    min-height: 2em;
    padding-block: 0.35em;
    white-space: normal;
  }

  .sound {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    height: 2.75rem;
    padding: 0 1.2rem;
    border: 0;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    font: inherit;
    font-weight: 650;
    cursor: pointer;
    pointer-events: auto;
    box-shadow: 0 6px 24px rgb(0 0 0 / 0.5);
  }
`;
