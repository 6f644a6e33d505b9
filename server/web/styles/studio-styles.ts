/** Styles of the studio's pages. */
import { css } from 'lit';

export const studioPageStyles = css`
  .live-studio {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    height: 100%;
  }

  .live-studio loge-room {
    --loge-height: 100%;
    --loge-min-height: 0;
  }

  .room-line {
    display: flex;
    align-items: center;
    gap: var(--_space-12);
    min-height: 3.25rem;
    padding: var(--_space-4) var(--_space-16) var(--_space-4) var(--_space-8);
    border-bottom: 1px solid var(--_line);
  }

  .room-line .what {
    display: flex;
    flex: 1;
    flex-wrap: wrap;
    gap: 0 var(--_space-12);
    align-items: center;
    justify-content: space-between;
    min-width: 0;
  }

  .room-line h1 {
    font: var(--_strong-16);
    overflow-wrap: anywhere;
  }

  .sign {
    display: none;
  }

  /* On a phone the title needs the space. */
  @media (max-width: 559px) {
    .room-line .sign {
      display: grid;
    }

    .room-line .words {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }

  .room-line .back {
    display: grid;
    place-items: center;
    width: 2.75rem;
    height: 2.75rem;
    border-radius: var(--_radius-full);
  }

  /* Where the screen is low, or beside an open keyboard, the picture and the chat need the space. */
  @media (max-height: 42rem) {
    .room-line h1 {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
    }
  }

  @media (max-height: 30rem) {
    .room-line {
      min-height: 2.5rem;
      padding-block: 0;
    }

    .room-line .what {
      flex-wrap: nowrap;
    }

    .room-line h1 {
      -webkit-line-clamp: 1;
    }
  }

  .price {
    color: var(--_accent);
    white-space: nowrap;
  }

  input.link {
    flex: 0 1 14rem;
    min-width: 5rem;
    min-height: 2.25rem;
    padding: 0 var(--_space-8);
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_ground);
    color: var(--_text);
    font: var(--_type-14);
  }

  .rooms {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-12);
    list-style: none;
  }

  .rooms li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--_space-16);
    padding: var(--_space-16) var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .rooms .what {
    flex: 1 1 12rem;
    min-width: 0;
  }

  .rooms .what .display {
    font: var(--_title-20);
  }

  .rooms site-edit-room {
    flex: 1 1 100%;
    min-width: 0;
  }

  .rooms .acts {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
  }

  /* The rooms that are there come before the form for another. */
  .halves {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space-32);
  }

  @media (min-width: 900px) {
    .halves {
      grid-template: auto 1fr / minmax(0, 1.15fr) minmax(0, 1fr);
      gap: var(--_space-16) var(--_space-48);
      align-items: start;
    }

    .halves > .new {
      grid-area: 1 / 2 / span 2;
    }

    .room-line h1 {
      font: var(--_title-20);
    }
  }
`;
