/** Styles of a receipt: a sheet of paper on the screen, and only the paper in print. */
import { css } from 'lit';

export const receiptStyles = css`
  .paper {
    margin-top: 1.5rem;
    padding: 1.5rem 1.25rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .paper h1 {
    font-size: clamp(1.6rem, 6vw, 2.1rem);
  }

  .seller {
    display: grid;
    gap: 0.1rem;
    margin-bottom: 1.4rem;
    font-style: normal;
  }

  .seller span:first-child {
    color: var(--_accent);
    font-family: var(--_font-display);
    font-size: 1.25rem;
  }

  .total {
    margin: 0.35rem 0 1.25rem;
    font-family: var(--_font-display);
    font-size: clamp(2.2rem, 9vw, 3rem);
    font-variant-numeric: tabular-nums lining-nums;
    line-height: 1.2;
  }

  .paper .facts dt {
    color: var(--_muted);
  }

  .paper section {
    margin-top: 1.75rem;
  }

  .paper h2 {
    margin-bottom: 0.7rem;
    font-size: 1.125rem;
  }

  .about {
    grid-template-columns: fit-content(40%) minmax(0, 1fr);
  }

  /* An id is one word to copy or read out: it has a line to itself where the sheet is narrow. */
  .about code {
    font-size: min(0.8125em, 3.2vw);
  }

  @media (max-width: 480px) {
    .about .number {
      grid-column: 1 / -1;
    }

    dd.number {
      padding-inline-start: 0;
      text-align: start;
    }
  }

  blockquote {
    margin: 0;
    padding-inline-start: 1rem;
    border-inline-start: 2px solid var(--_line-strong);
    font-size: 0.9375rem;
  }

  .small {
    margin-top: 0.6rem;
  }

  @media (min-width: 720px) {
    .paper {
      padding: 2.5rem;
    }
  }

  @media print {
    :host {
      --_ground: #ffffff;
      --_surface: #ffffff;
      --_line: #cccccc;
      --_line-strong: #888888;
      --_text: #000000;
      --_muted: #444444;
      --_accent: #000000;
      --_success: #000000;
      --_danger: #000000;
      min-height: 0;
      color-scheme: light;
    }

    header,
    footer,
    .screen {
      display: none !important;
    }

    .column {
      width: auto;
      padding: 0;
    }

    .paper {
      max-width: 42rem;
      margin: 0;
      padding: 0;
      border: 0;
    }

    .paper section {
      break-inside: avoid;
    }
  }
`;
