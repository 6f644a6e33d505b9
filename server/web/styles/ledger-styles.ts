/** Styles of the money pages: totals side by side, rows with an amount at the end, facts in pairs. */
import { css } from 'lit';

export const ledgerStyles = css`
  .figures {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 1px;
    overflow: hidden;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_line);
  }

  .figures > div {
    padding: var(--_space-16) var(--_space-16) var(--_space-16);
    background: var(--_surface);
  }

  .figures dt {
    color: var(--_muted);
    font: var(--_type-16);
  }

  .figures .amount {
    font: var(--_title-28);
    white-space: nowrap;
  }

  .figures .strong .amount {
    color: var(--_accent);
  }

  .figures .small {
    color: var(--_muted);
    font: var(--_type-14);
  }

  .rows {
    list-style: none;
  }

  .rows > li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--_space-4) var(--_space-16);
    padding: var(--_space-12) 0;
    border-bottom: 1px solid var(--_line);
  }

  .rows > li:last-child {
    border-bottom: 0;
  }

  .rows .what {
    flex: 1 1 12rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-4) var(--_space-8);
    align-items: center;
  }

  .rows strong .muted {
    font-weight: 400;
  }

  .rows .amount {
    display: grid;
    justify-items: end;
    font-weight: 600;
    white-space: nowrap;
  }

  .rows .in {
    color: var(--_success);
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
  }

  :not(li) > .acts {
    margin-top: var(--_space-16);
  }

  a {
    color: inherit;
  }

  .facts {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: var(--_space-8) 0;
  }

  .facts a {
    text-underline-offset: 0.2em;
  }

  .facts dd {
    padding-inline-start: var(--_space-16);
    text-align: end;
    overflow-wrap: anywhere;
  }

  .facts .sum {
    padding-top: var(--_space-8);
    border-top: 1px solid var(--_line);
    font-weight: 600;
  }

  .facts .indent {
    padding-inline-start: var(--_space-16);
    color: var(--_muted);
  }

  .state {
    display: inline-block;
    padding: var(--_space-4) var(--_space-8);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-full);
    font: var(--_strong-12);
    white-space: nowrap;
  }

  .state.good {
    border-color: color-mix(in oklab, var(--_success) 55%, transparent);
    color: var(--_success);
  }

  .state.bad {
    border-color: color-mix(in oklab, var(--_danger) 55%, transparent);
    color: var(--_danger);
  }

  .state.open {
    border-color: color-mix(in oklab, var(--_accent) 55%, transparent);
    color: var(--_accent);
  }

  .good-mark {
    color: var(--_success);
  }

  .bad-mark {
    color: var(--_danger);
  }

  .open-mark {
    color: var(--_accent);
  }

  :is(.good-mark, .bad-mark, .open-mark) .icon {
    vertical-align: -0.18em;
  }

  .title-line {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--_space-4) var(--_space-16);
  }

  section > .title-line {
    margin-bottom: var(--_space-16);
  }

  .title-line h2 {
    font: var(--_title-20);
  }

  .link {
    min-height: max(1.75rem, var(--_finger));
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }

  .small {
    font: var(--_type-14);
  }

  a.link {
    display: inline-flex;
    align-items: center;
  }

  .link:disabled {
    opacity: 0.55;
    cursor: default;
  }

  .empty {
    padding: var(--_space-16);
    border: 1px dashed var(--_line-strong);
    border-radius: var(--_radius);
    color: var(--_muted);
  }

  .empty .display {
    margin-bottom: var(--_space-8);
    color: var(--_text);
    font: var(--_title-20);
  }

  code {
    font: var(--_code-14);
    overflow-wrap: anywhere;
  }

  .scroller {
    overflow-x: auto;
  }

  /* In very large text, one below the other. */
  @media (max-width: 18rem) {
    .figures {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  @media (min-width: 900px) {
    .figures {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }

    .figures > div {
      padding: var(--_space-16) var(--_space-24) var(--_space-24);
    }
  }
`;
