/** The tabs of a page that has sections. */
import { css } from 'lit';

export const sectionStyles = css`
  .sections {
    display: flex;
    gap: var(--_space-4);
    margin: var(--_space-16) 0 var(--_space-24);
    overflow-x: auto;
    border-bottom: 1px solid var(--_line);
    scrollbar-width: none;
  }

  .sections a {
    flex: none;
    padding: var(--_space-12) var(--_space-12);
    border-bottom: 2px solid transparent;
    border-radius: 0;
    color: var(--_muted);
    font: var(--_strong-16);
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

  @media (min-width: 48rem) {
    .sections {
      flex-wrap: wrap;
    }
  }
`;
