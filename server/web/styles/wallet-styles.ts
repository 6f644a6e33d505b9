/** Styles of the wallet page. */
import { css } from 'lit';

export const walletPageStyles = css`
  .halves {
    display: grid;
    gap: 0 var(--_space-48);
    margin-top: var(--_space-24);
  }

  .urgent {
    margin: 0 0 var(--_space-16);
  }

  .balance .amount {
    min-height: 1.15em;
    font: var(--_title-page);
  }

  .balance .amount .waiting {
    display: inline-block;
    width: 4em;
    height: 0.9em;
  }

  .balance .what {
    margin-top: var(--_space-12);
    font: var(--_type-16);
  }

  .balance h2 {
    font: var(--_title-20);
  }

  .apart {
    display: grid;
    gap: var(--_space-4);
    margin-top: var(--_space-12);
    padding-top: var(--_space-12);
    border-top: 1px solid var(--_line);
  }

  .apart div {
    display: flex;
    justify-content: space-between;
    gap: var(--_space-16);
  }

  .apart dd {
  }

  wa-callout {
    margin-top: var(--_space-16);
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
      padding-top: var(--_space-32);
    }
  }
`;
