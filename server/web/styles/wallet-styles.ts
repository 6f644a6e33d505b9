/** Styles of the wallet page. */
import { css } from 'lit';

export const walletPageStyles = css`
  .halves {
    display: grid;
    gap: 0 3.5rem;
    margin-top: 1.6rem;
  }

  .urgent {
    margin: 0 0 1.25rem;
  }

  .balance .amount {
    min-height: 1.15em;
    font-size: clamp(2.6rem, 11vw, 3.6rem);
    font-variant-numeric: tabular-nums lining-nums;
  }

  .balance .amount .waiting {
    display: inline-block;
    width: 4em;
    height: 0.9em;
  }

  .balance .what {
    margin-top: 0.75rem;
    font-size: 0.9375rem;
  }

  .balance h2 {
    font-size: 1.4rem;
  }

  .apart {
    display: grid;
    gap: 0.25rem;
    margin-top: 0.75rem;
    padding-top: 0.75rem;
    border-top: 1px solid var(--_line);
  }

  .apart div {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
  }

  .apart dd {
    font-variant-numeric: tabular-nums;
  }

  wa-callout {
    margin-top: 1.25rem;
  }

  @media (min-width: 900px) {
    .halves {
      grid-template: auto 1fr / minmax(0, 27rem) minmax(0, 1fr);
    }

    .happened {
      grid-row: 1 / span 2;
      grid-column: 2;
    }

    .back {
      grid-column: 1;
      padding-top: 2.5rem;
    }
  }
`;
