/** The look of the wallet's page. */
import { css } from 'lit';

export const walletPageStyles = css`
  .halves {
    display: grid;
    gap: 0 3rem;
    margin-top: 1.6rem;
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

  section.card {
    margin-top: 1.25rem;
  }

  wa-callout {
    margin-top: 1.25rem;
  }

  .pay {
    width: 100%;
    margin-top: 1.15rem;
  }

  .secure {
    margin-top: 0.85rem;
    font-size: 0.875rem;
  }

  .entries {
    list-style: none;
  }

  .entries li {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 1.25rem;
    padding: 0.85rem 0;
    border-bottom: 1px solid var(--_line);
  }

  .entries li > div {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .entries time {
    font-size: 0.875rem;
  }

  .entries .numbers {
    font-weight: 650;
    white-space: nowrap;
  }

  .entries .in {
    color: var(--_success);
  }

  @media (min-width: 900px) {
    .halves {
      grid-template-columns: minmax(0, 26rem) minmax(0, 1fr);
    }

    .halves > section {
      margin-top: 0;
    }
  }
`;
