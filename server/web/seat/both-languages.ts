/** Styles of texts and forms in both languages: side by side where there is room. */
import { css } from 'lit';

export const bothLanguages = css`
  .both {
    display: grid;
    gap: var(--_space-16) var(--_space-32);
    max-width: 72rem;
    margin-block: var(--_space-12) var(--_space-24);
  }

  /* After a heading line a section is no beginning of a column. */
  :host(:first-child) :is(.line, .callout, p) + section:first-of-type {
    margin-top: var(--_space-24);
  }

  .both h3 {
    margin-bottom: var(--_space-8);
    color: var(--_muted);
    font: var(--_strong-14);
  }

  .both .words {
    font: var(--_type-16);
  }

  @media (min-width: 1100px) {
    .both {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }

    form.card {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      align-items: start;
      max-width: 60rem;
    }

    form.card > :is(fieldset, .check, .whole, .button, label:only-of-type, .field:has(select, [type='date'])) {
      grid-column: 1 / -1;
    }
  }

  form.card > .whole {
    justify-self: stretch;
  }
`;
