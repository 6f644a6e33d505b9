/** Shared styles of the moderation panels. */
import { css } from 'lit';

export const moderationStyles = css`
  :host {
    display: block;
  }

  h3 {
    margin: 1.4rem 0 0.5rem;
    font-size: 1rem;
  }

  h3:first-child {
    margin-top: 0;
  }

  .list {
    display: grid;
    gap: 0.7rem;
    list-style: none;
  }

  .card {
    display: grid;
    gap: 0.45rem;
    padding: 0.75rem 0.9rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    overflow-wrap: anywhere;
  }

  .card .words {
    font-size: 1rem;
  }

  .meta {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 0.7rem;
    align-items: baseline;
    color: var(--_muted);
    font-size: 0.875rem;
  }

  .tag {
    padding: 0.05rem 0.55rem;
    border: 1px solid var(--_line-strong);
    border-radius: 999px;
    font-size: 0.8125rem;
  }

  .row-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.2rem;
  }

  .evidence {
    padding: 0.4rem 0.7rem;
    border-inline-start: 3px solid var(--_line-strong);
    color: var(--_muted);
    font-size: 0.9063rem;
  }

  .evidence .it {
    color: var(--_text);
    font-size: 1rem;
  }

  .nothing {
    padding: 2rem 1rem;
    text-align: center;
  }

  .problem {
    margin-top: 0.7rem;
    color: var(--_danger);
  }

  .switches {
    display: grid;
    gap: 0.2rem;
  }

  .switch {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 1rem;
    align-items: center;
    padding: 0.6rem 0;
    border-bottom: 1px solid var(--_line);
    cursor: pointer;
  }

  .switch b {
    font-weight: 600;
  }

  .switch small {
    grid-column: 1;
    color: var(--_muted);
    font-size: 0.875rem;
  }

  .switch input {
    grid-row: 1 / span 2;
    grid-column: 2;
    width: 1.35rem;
    height: 1.35rem;
    margin: 0;
    accent-color: var(--_accent);
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
  }

  .choice {
    min-width: 3rem;
  }

  .hint {
    color: var(--_muted);
    font-size: 0.9063rem;
  }

  .fields {
    display: grid;
    gap: 0.7rem;
  }

  select {
    min-height: 2.75rem;
    padding: 0 0.7rem;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
  }

  .quiet {
    display: grid;
    place-items: center;
    width: max(2.5rem, var(--_finger));
    height: max(2.5rem, var(--_finger));
    border: 0;
    border-radius: 50%;
    background: none;
    color: var(--_muted);
    cursor: pointer;
  }

  .quiet:hover {
    color: var(--_text);
  }
`;
