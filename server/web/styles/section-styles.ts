/** The tabs of a page that has sections. */
import { css } from 'lit';

export const sectionStyles = css`
  .sections {
    display: flex;
    gap: 0.25rem;
    margin: 1.25rem 0 1.75rem;
    overflow-x: auto;
    border-bottom: 1px solid var(--_line);
    scrollbar-width: none;
  }

  .sections a {
    flex: none;
    padding: 0.65rem 0.8rem;
    border-bottom: 2px solid transparent;
    border-radius: 0;
    color: var(--_muted);
    font-size: 0.9688rem;
    font-weight: 600;
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
