/** A page of sections with a sidebar of their groups; on a phone the sections are a row that scrolls. */
import { css } from 'lit';

export const sectionStyles = css`
  .sided {
    width: min(86rem + 2 * var(--_space-32), 100%);
    margin: 0 auto;
    padding: var(--_space-16) var(--_space-16) var(--_space-48);
  }

  .sided h1 {
    margin-bottom: var(--_space-16);
    font: var(--_title-28);
  }

  .sections {
    display: flex;
    gap: var(--_space-16);
    margin: 0 calc(-1 * var(--_space-16)) var(--_space-16);
    padding-inline: var(--_space-16);
    overflow-x: auto;
    border-bottom: 1px solid var(--_line);
    scrollbar-width: none;
  }

  .sections ul {
    display: flex;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .sections p {
    display: none;
  }

  .sections a {
    display: flex;
    align-items: center;
    min-height: 2.75rem;
    padding: 0 var(--_space-8);
    border-bottom: 2px solid transparent;
    border-radius: 0;
    color: var(--_muted);
    font: var(--_strong-14);
    text-decoration: none;
    white-space: nowrap;
  }

  .sections a:focus-visible {
    box-shadow: inset 0 0 0 2px var(--_accent);
  }

  .sections a:hover {
    color: var(--_text);
  }

  .sections a[aria-current] {
    border-color: var(--_accent);
    color: var(--_text);
  }

  @media (min-width: 1000px) {
    .sided {
      display: grid;
      grid-template-columns: 13.75rem minmax(0, 1fr);
      gap: var(--_space-48);
      align-items: start;
      padding: var(--_space-32) var(--_space-32) var(--_space-72);
    }

    .sections {
      position: sticky;
      top: var(--_space-24);
      display: grid;
      margin: 0;
      padding: 0;
      border: 0;
    }

    .sections ul {
      display: grid;
    }

    .sections p {
      display: block;
      padding: var(--_space-4) var(--_space-12);
      color: var(--_muted);
      font: var(--_strong-12);
    }

    .sections a {
      min-height: max(2.25rem, var(--_finger));
      padding: 0 var(--_space-12);
      border: 0;
      border-radius: var(--_radius-small);
      color: var(--_text);
      font: var(--_type-14);
    }

    .sections a:hover {
      background: color-mix(in oklab, var(--_text) 6%, transparent);
    }

    .sections a[aria-current] {
      background: var(--_chosen);
      font: var(--_strong-14);
    }
  }
`;
