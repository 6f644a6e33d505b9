/** Styles of the wallet page. */
import { css } from 'lit';

export const walletPageStyles = css`
  .halves {
    display: grid;
    gap: 0 var(--_space-48);
    margin-top: var(--_space-24);
  }

  .balance .amount {
    font: var(--_title-page);
  }

  .balance .amount .waiting {
    display: block;
    width: 4em;
    height: 1lh;
  }

  .balance :is(.what, .facts) {
    margin-top: var(--_space-12);
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
