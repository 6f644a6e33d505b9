/** Styles of the document itself: the dark ground, so that no page flashes white before its first element. */
import { css } from 'lit';

export const documentStyles = css`
  html {
    background: #130d10;
    color: #f6eee6;
    color-scheme: dark;
    scrollbar-color: #41323a transparent;
  }

  body {
    margin: 0;
    font-family: system-ui, sans-serif;
  }

  /* Web Awesome marks the page while a dialog is open. */
  html.wa-scroll-lock {
    overflow: hidden;
    scrollbar-gutter: var(--wa-scroll-lock-gutter);
  }

  /* On paper there is no dark ground. */
  @media print {
    html {
      background: #fff;
      color: #000;
      color-scheme: light;
    }
  }
`;
