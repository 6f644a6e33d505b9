/**
 * The theme of the elements: the `--loge-*` custom properties that embedders may set, and their defaults. Every element
 * uses these styles, so that parts look the same inside and outside `<loge-room>`.
 */
import { css } from 'lit';

export const themeStyles = css`
  :host {
    --_ground: var(--loge-ground, #130d10);
    --_surface: var(--loge-surface, #1c1418);
    --_raised: var(--loge-raised, #271c21);
    --_line: var(--loge-line, #41323a);
    --_line-strong: var(--loge-line-strong, #8a7680);
    --_text: var(--loge-text, #f6eee6);
    --_muted: var(--loge-muted, #bcaba6);
    --_accent: var(--loge-accent, #e6b566);
    --_on-accent: var(--loge-on-accent, #1e1305);
    --_live: var(--loge-live, #c8323c);
    --_on-live: var(--loge-on-live, #ffffff);
    --_danger: var(--loge-danger, #ff9a92);
    --_success: var(--loge-success, #86d3a8);
    --_radius: var(--loge-radius, 14px);
    --_radius-small: var(--loge-radius-small, 9px);
    --_font: var(
      --loge-font,
      -apple-system,
      'Segoe UI Variable',
      'Segoe UI',
      Roboto,
      Inter,
      Cantarell,
      'Noto Sans',
      'Liberation Sans',
      'DejaVu Sans Condensed',
      system-ui,
      sans-serif
    );
    --_font-display: var(
      --loge-font-display,
      ui-serif,
      'New York',
      'Iowan Old Style',
      'Palatino Linotype',
      Palatino,
      P052,
      Georgia,
      'Noto Serif',
      'Liberation Serif',
      'DejaVu Serif Condensed',
      serif
    );
    /* The least size of what is pressed, on a touch screen. */
    --_finger: 0px;
    --_ring: 0 0 0 2px var(--_ground), 0 0 0 4px var(--_accent);

    color: var(--_text);
    font-family: var(--_font);
    line-height: 1.45;
    font-variant-numeric: tabular-nums;
    color-scheme: var(--loge-color-scheme, dark);
    -webkit-text-size-adjust: 100%;
  }

  @media (pointer: coarse) {
    :host {
      --_finger: 2.75rem;
    }
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }

  .display {
    font-family: var(--_font-display);
    font-weight: 500;
    letter-spacing: -0.01em;
    line-height: 1.15;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  .muted {
    color: var(--_muted);
  }

  .numbers {
    font-variant-numeric: tabular-nums;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: none;
    box-shadow: var(--_ring);
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
      /* Also a transition of a millisecond shows the old sizes once, as when a phone is turned. */
      transition: none !important;
    }
  }
`;
