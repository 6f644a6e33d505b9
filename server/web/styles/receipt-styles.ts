/** Styles of a receipt: a sheet of paper on the screen, and only the paper in print. */
import { css } from 'lit';

export const receiptStyles = css`
  .paper {
    margin-top: var(--_space-24);
    padding: var(--_space-24) var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .paper h1 {
    font: var(--_title-28);
  }

  .seller {
    display: grid;
    gap: var(--_space-4);
    margin-bottom: var(--_space-24);
    font-style: normal;
  }

  .seller span:first-child {
    color: var(--_accent);
    font: var(--_title-20);
  }

  .total {
    margin: var(--_space-4) 0 var(--_space-16);
    font: var(--_title-page);
  }

  .paper .facts dt {
    color: var(--_muted);
  }

  .paper section {
    margin-top: var(--_space-24);
  }

  .paper h2 {
    margin-bottom: var(--_space-12);
    font: var(--_title-20);
  }

  .about {
    grid-template-columns: fit-content(40%) minmax(0, 1fr);
  }

  /* An id is one word to copy or read out: it has a line to itself where the sheet is narrow. */
  .about code {
    font: var(--_code-14);
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
    padding-inline-start: var(--_space-16);
    border-inline-start: 2px solid var(--_line-strong);
    font: var(--_type-16);
  }

  p.small {
    margin-top: var(--_space-8);
  }

  @media (min-width: 720px) {
    .paper {
      padding: var(--_space-32);
    }
  }

  @media print {
    :host {
      min-height: 0;
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
