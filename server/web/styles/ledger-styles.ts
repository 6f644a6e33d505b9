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
    padding: 1rem 1.1rem 1.1rem;
    background: var(--_surface);
  }

  .figures dt {
    color: var(--_muted);
    font-size: 0.9375rem;
  }

  .figures .amount {
    font-family: var(--_font-display);
    font-size: clamp(1.35rem, 6vw, 2.1rem);
    line-height: 1.3;
    font-variant-numeric: tabular-nums lining-nums;
    white-space: nowrap;
  }

  .figures .strong .amount {
    color: var(--_accent);
  }

  .figures .small {
    color: var(--_muted);
    font-size: 0.875rem;
  }

  .rows {
    list-style: none;
  }

  .rows > li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0.2rem 1.25rem;
    padding: 0.85rem 0;
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

  .rows .amount {
    font-weight: 650;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .rows .in {
    color: var(--_success);
  }

  .rows .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }

  .small {
    font-size: 0.9063rem;
  }

  a {
    color: inherit;
  }

  .facts {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.5rem 0;
  }

  .facts a {
    color: var(--_accent);
    text-underline-offset: 0.2em;
  }

  .facts dd {
    padding-inline-start: 1.25rem;
    text-align: end;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }

  .facts .sum {
    padding-top: 0.55rem;
    border-top: 1px solid var(--_line);
    font-weight: 650;
  }

  .facts .indent {
    padding-inline-start: 1rem;
    color: var(--_muted);
  }

  .state {
    display: inline-block;
    padding: 0.1rem 0.6rem;
    border: 1px solid var(--_line-strong);
    border-radius: 99px;
    font-size: 0.8125rem;
    font-weight: 600;
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
    gap: 0.35rem 1rem;
  }

  section > .title-line {
    margin-bottom: 1rem;
  }

  .title-line h2 {
    font-size: 1.4rem;
  }

  .messages wa-callout {
    margin-block: 0.9rem;
  }

  .link {
    min-height: max(1.75rem, var(--_finger));
    padding: 0;
    border: 0;
    background: none;
    color: var(--_accent);
    font: inherit;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
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
    padding: 1.25rem;
    border: 1px dashed var(--_line-strong);
    border-radius: var(--_radius);
    color: var(--_muted);
  }

  .empty .display {
    margin-bottom: 0.4rem;
    color: var(--_text);
    font-size: 1.1875rem;
  }

  code {
    font-family: ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
    font-size: 0.875em;
    overflow-wrap: anywhere;
  }

  .scroller {
    overflow-x: auto;
  }

  @media (min-width: 900px) {
    .figures {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }

    .figures > div {
      padding: 1.25rem 1.4rem 1.35rem;
    }
  }
`;
