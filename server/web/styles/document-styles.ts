/**
 * Styles of the document itself: the ground, so that no page flashes before its first element. Pages follow the
 * system's theme; those of class `theatre` are dark in both.
 */
import { css } from 'lit';
import { tokens } from '../../../client-sdk/elements/theme/tokens.ts';

export const documentStyles = css`
  ${tokens}

  html {
    --loge-color-scheme: light dark;
    background: var(--_ground);
    color: var(--_text);
    color-scheme: var(--loge-color-scheme);
    scrollbar-color: var(--_line) transparent;
  }

  html.theatre {
    --loge-color-scheme: dark;
  }

  body {
    margin: 0;
    font: var(--_type-16);
  }

  * {
    font-variant-numeric: tabular-nums lining-nums !important;
  }

  /* Web Awesome marks the page while a dialog is open. */
  html.wa-scroll-lock {
    overflow: hidden;
    scrollbar-gutter: var(--wa-scroll-lock-gutter);
  }

  @media print {
    html {
      --loge-color-scheme: light;
    }
  }
`;
