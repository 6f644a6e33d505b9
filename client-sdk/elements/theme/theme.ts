/** What every element has in common, inside and outside `<loge-room>`. */
import { css } from 'lit';
import { tokens } from './tokens.ts';

export const themeStyles = css`
  ${tokens}

  :host {
    display: block;
    color: var(--_text);
    font: var(--_type-16);
    color-scheme: var(--loge-color-scheme, dark);
    -webkit-text-size-adjust: 100%;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
    /* Figures of one width, which a font shorthand would reset, so that counters do not jump. */
    font-variant-numeric: tabular-nums lining-nums !important;
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

  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }

  input:is([type='checkbox'], [type='radio']) {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--_accent);
  }

  .icon {
    flex: none;
  }

  .display {
    font: var(--_title-20);
    letter-spacing: -0.01em;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  .muted {
    color: var(--_muted);
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
