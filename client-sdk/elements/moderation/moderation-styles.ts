/** Shared styles of the moderation panels. */
import { css } from 'lit';
import { quietStyles } from '../controls/quiet-button.ts';

export const moderationStyles = css`
  ${quietStyles}

  h3 {
    margin: var(--_space-24) 0 var(--_space-8);
    font: var(--_strong-16);
  }

  h3:first-child {
    margin-top: 0;
  }

  .list {
    display: grid;
    gap: var(--_space-12);
    list-style: none;
  }

  .card {
    display: grid;
    gap: var(--_space-8);
    padding: var(--_space-12) var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    overflow-wrap: anywhere;
  }

  .card .words {
    font: var(--_type-16);
  }

  .meta {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-4) var(--_space-12);
    align-items: baseline;
    color: var(--_muted);
    font: var(--_type-14);
  }

  .tag {
    padding: 0 var(--_space-8);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-full);
    font: var(--_type-14);
  }

  .row-actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
    margin-top: var(--_space-4);
  }

  .evidence {
    padding: var(--_space-8) var(--_space-12);
    border-inline-start: 3px solid var(--_line-strong);
    color: var(--_muted);
    font: var(--_type-14);
  }

  .evidence .it {
    color: var(--_text);
    font: var(--_type-16);
  }

  .nothing {
    padding: var(--_space-32) var(--_space-16);
    text-align: center;
  }

  .problem {
    margin-top: var(--_space-12);
    color: var(--_danger);
  }

  .switches {
    display: grid;
    gap: var(--_space-4);
  }

  .switch {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 var(--_space-16);
    align-items: center;
    padding: var(--_space-8) 0;
    border-bottom: 1px solid var(--_line);
    cursor: pointer;
  }

  .switch b {
    font-weight: 600;
  }

  .switch small {
    grid-column: 1;
    color: var(--_muted);
    font: var(--_type-14);
  }

  .switch input {
    grid-row: 1 / span 2;
    grid-column: 2;
  }

  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
  }

  .choice {
    min-width: 3rem;
  }

  .hint {
    color: var(--_muted);
    font: var(--_type-14);
  }

  .fields {
    display: grid;
    gap: var(--_space-12);
  }

  select {
    min-height: 2.75rem;
    padding: 0 var(--_space-12);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: inherit;
  }
`;
