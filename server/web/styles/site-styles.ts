/** Styles of the site's pages: the common frame, and forms and lists that several pages use. */
import { css } from 'lit';

export const frameStyles = css`
  :host {
    display: block;
    min-height: 100dvh;
    background: var(--_ground);
  }

  a {
    color: inherit;
  }

  .skip {
    position: fixed;
    z-index: 10;
    inset: 0.5rem auto auto 0.5rem;
    padding: var(--_space-8) var(--_space-16);
    border: 0;
    border-radius: var(--_radius-small);
    background: var(--_primary);
    color: var(--_on-primary);
    font: inherit;
    font-weight: 600;
    translate: 0 -200%;
    clip-path: inset(50%);
  }

  .skip:focus {
    translate: 0 0;
    clip-path: none;
  }

  .frame {
    display: grid;
    grid-template: auto 1fr auto / minmax(0, 1fr);
    min-height: 100dvh;
  }

  .frame.full {
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    height: 100dvh;
    min-height: 0;
  }

  header {
    display: flex;
    align-items: center;
    gap: var(--_space-4);
    height: 3.5rem;
    padding: 0 max(var(--_space-12), env(safe-area-inset-right)) 0 max(var(--_space-16), env(safe-area-inset-left));
    padding-top: env(safe-area-inset-top);
    box-sizing: content-box;
    border-bottom: 1px solid var(--_line);
  }

  .full header {
    height: 3rem;
  }

  @media (max-height: 30rem) {
    .full header {
      height: 2.5rem;
    }
  }

  .brand {
    display: inline-flex;
    align-items: center;
    gap: var(--_space-8);
    min-height: 2.75rem;
    padding-inline-end: var(--_space-8);
    color: var(--_accent);
    font: var(--_title-20);
    letter-spacing: 0.01em;
    text-decoration: none;
    border-radius: var(--_radius-small);
  }

  nav {
    display: flex;
    flex: 1;
    min-width: 0;
    gap: var(--_space-4);
    margin-inline-start: var(--_space-8);
  }

  nav a,
  .enter {
    white-space: nowrap;
    display: grid;
    place-items: center;
    min-height: 2.75rem;
    padding: 0 var(--_space-12);
    color: var(--_muted);
    font: var(--_strong-16);
    text-decoration: none;
    border-radius: var(--_radius-small);
  }

  nav a:hover,
  nav a[aria-current] {
    color: var(--_text);
  }

  /* With two long places to go, a small phone has room for the sign of the house, not for its name too. */
  @media (max-width: 400px) {
    header:has(nav a:nth-of-type(2)) .brand span {
      display: none;
    }
  }

  /* Nor has any phone, with three. */
  @media (max-width: 440px) {
    header:has(nav a:nth-of-type(3)) .brand span {
      display: none;
    }

    header:has(nav a:nth-of-type(3)) nav a {
      padding: 0 var(--_space-8);
    }

    /* A creator who reviews reports has four places to go. */
    header:has(nav a:nth-of-type(4)) nav {
      overflow-x: auto;
      scrollbar-width: none;
    }
  }

  @media (max-width: 350px) {
    header {
      gap: var(--_space-4);
    }

    header:has(nav a:nth-of-type(3)) nav {
      margin-inline-start: 0;
    }

    header:has(nav a:nth-of-type(3)) nav a {
      padding: 0 var(--_space-4);
      font: var(--_type-14);
    }
  }

  /* With very large text, the places to go have a row of their own. */
  @media (max-width: 18rem) {
    header,
    .full header {
      flex-wrap: wrap;
      justify-content: space-between;
      height: auto;
    }

    nav {
      flex: 1 0 100%;
      flex-wrap: wrap;
      order: 1;
      margin: 0;
    }

    nav a {
      padding: 0 var(--_space-8);
    }

    /* A room has a screen of its own below them. */
    .frame.full {
      grid-template-rows: auto 100dvh;
      height: auto;
    }
  }

  .language {
    flex: none;
    display: grid;
    place-items: center;
    text-decoration: none;
  }

  .language,
  .account {
    min-width: 2.75rem;
    height: 2.75rem;
    border: 0;
    border-radius: var(--_radius-small);
    background: transparent;
    color: var(--_muted);
    font: var(--_strong-14);
    cursor: pointer;
  }

  .language:hover {
    color: var(--_text);
  }

  .account {
    display: grid;
    place-items: center;
    flex: none;
    margin-inline-end: calc(-1 * var(--_space-4));
    padding: 0;
    color: var(--_text);
  }

  /* The circle is smaller than what is pressed. */
  .account span {
    display: grid;
    place-items: center;
    width: 2.25rem;
    height: 2.25rem;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-full);
    background: var(--_raised);
    font: var(--_type-14);
  }

  .account-menu {
    position: fixed;
    inset: 3.5rem 0.75rem auto auto;
    width: min(16rem, calc(100vw - 1.5rem));
    padding: var(--_space-8);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_raised);
    color: var(--_text);
    box-shadow: 0 20px 60px var(--_shade);
  }

  .account-menu p {
    padding: var(--_space-8) var(--_space-12);
    font: var(--_type-14);
  }

  .account-menu :is(a, button) {
    display: flex;
    align-items: center;
    width: 100%;
    min-height: max(2.5rem, var(--_finger));
    padding: 0 var(--_space-12);
    border: 0;
    border-radius: var(--_radius-small);
    background: none;
    color: inherit;
    font: var(--_type-16);
    text-decoration: none;
    cursor: pointer;
  }

  .account-menu :is(a, button):hover {
    background: var(--_chosen);
  }

  main {
    min-width: 0;
    min-height: 0;
  }

  main:focus {
    box-shadow: none;
  }

  footer {
    padding: var(--_space-24) var(--_space-16) calc(var(--_space-24) + env(safe-area-inset-bottom));
    border-top: 1px solid var(--_line);
    font: var(--_type-14);
    text-align: center;
  }

  footer .house {
    flex-wrap: wrap;
    justify-content: center;
    margin: var(--_space-8) 0 0;
  }

  footer .house a {
    font-weight: 400;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }

  footer p {
    text-wrap: balance;
  }

  .failed {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--_space-16);
    min-height: 50dvh;
    padding: var(--_space-32) var(--_space-16);
    text-align: center;
  }

  .failed h1 {
    font: var(--_title-28);
  }
`;

export const pageStyles = css`
  .column {
    width: min(var(--_page) + 2 * var(--_space-32), 100%);
    margin: 0 auto;
    padding: var(--_space-24) var(--_space-16) var(--_space-48);
  }

  .narrow {
    width: min(44rem, 100%);
  }

  .column > h1 {
    font: var(--_title-page);
  }

  /* What follows a part that loads is seen with it, so that nothing that is seen moves. */
  :is([pending], [awaited]:not(:defined)) ~ *,
  :has(> :is([pending], [awaited]:not(:defined))) ~ *,
  main:has([pending], [awaited]:not(:defined)) ~ footer {
    visibility: hidden;
  }

  .lead {
    max-width: 36rem;
    margin-top: var(--_space-8);
    color: var(--_muted);
    font: var(--_type-16);
    text-wrap: pretty;
  }

  .lead + * {
    margin-top: var(--_space-24);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-8);
    margin-top: var(--_space-16);
  }

  section {
    margin-top: var(--_space-32);
  }

  section > h2 {
    margin-bottom: var(--_space-16);
    font: var(--_title-20);
  }

  section > p + p {
    margin-top: var(--_space-8);
  }

  section > .apart {
    margin-top: var(--_space-24);
  }

  .card {
    padding: var(--_card);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .waiting {
    border-radius: var(--_radius-small);
    background: var(--_surface);
    animation: glow 1.6s ease-in-out infinite alternate;
  }

  @keyframes glow {
    from {
      opacity: 0.5;
    }
  }

  @media (min-width: 720px) {
    .column {
      padding: var(--_space-48) var(--_space-32) var(--_space-72);
    }

    .lead {
      font: var(--_type-20);
    }
  }
`;
