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
    padding: 0.6rem 1rem;
    border: 0;
    border-radius: 8px;
    background: var(--_accent);
    color: var(--_on-accent);
    font: inherit;
    font-weight: 650;
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
    gap: 0.35rem;
    height: 3.5rem;
    padding: 0 max(0.75rem, env(safe-area-inset-right)) 0 max(1rem, env(safe-area-inset-left));
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
    gap: 0.55rem;
    min-height: 2.75rem;
    padding-inline-end: 0.4rem;
    color: var(--_accent);
    font-family: var(--_font-display);
    font-size: 1.4rem;
    letter-spacing: 0.01em;
    text-decoration: none;
    border-radius: 8px;
  }

  nav {
    display: flex;
    flex: 1;
    min-width: 0;
    gap: 0.1rem;
    margin-inline-start: 0.4rem;
  }

  nav a,
  .enter {
    white-space: nowrap;
    display: grid;
    place-items: center;
    min-height: 2.75rem;
    padding: 0 0.65rem;
    color: var(--_muted);
    font-size: 0.9688rem;
    font-weight: 600;
    text-decoration: none;
    border-radius: 8px;
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
      padding: 0 0.5rem;
    }
  }

  @media (max-width: 350px) {
    header {
      gap: 0.15rem;
    }

    header:has(nav a:nth-of-type(3)) nav {
      margin-inline-start: 0;
    }

    header:has(nav a:nth-of-type(3)) nav a {
      padding: 0 0.35rem;
      font-size: 0.875rem;
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
    border-radius: 8px;
    background: transparent;
    color: var(--_muted);
    font: inherit;
    font-size: 0.875rem;
    font-weight: 650;
    cursor: pointer;
  }

  .language:hover {
    color: var(--_text);
  }

  .account {
    display: grid;
    place-items: center;
    flex: none;
    margin-inline-end: -0.25rem;
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
    border-radius: 50%;
    background: var(--_raised);
    font-size: 0.8125rem;
  }

  .account-menu {
    position: fixed;
    inset: 3.5rem 0.75rem auto auto;
    width: min(18rem, calc(100vw - 1.5rem));
    padding: 1rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_raised);
    color: var(--_text);
    box-shadow: 0 20px 60px rgb(0 0 0 / 0.6);
  }

  .account-menu .button {
    width: 100%;
    margin-top: 0.9rem;
  }

  main {
    min-width: 0;
    min-height: 0;
  }

  main:focus {
    box-shadow: none;
  }

  footer {
    padding: 1.6rem 1.25rem calc(1.6rem + env(safe-area-inset-bottom));
    border-top: 1px solid var(--_line);
    font-size: 0.9063rem;
    text-align: center;
  }

  footer .house {
    flex-wrap: wrap;
    justify-content: center;
    margin: 0.4rem 0 0;
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
    gap: 0.9rem;
    min-height: 50dvh;
    padding: 2rem 1.25rem;
    text-align: center;
  }

  .failed h1 {
    font-size: 1.7rem;
  }
`;

export const pageStyles = css`
  .column {
    width: min(72rem, 100%);
    margin: 0 auto;
    padding: 2rem 1.15rem 3rem;
  }

  .narrow {
    width: min(44rem, 100%);
  }

  .column > h1 {
    font-size: clamp(2.1rem, 7vw, 3.2rem);
  }

  .lead {
    max-width: 36rem;
    margin-top: 0.6rem;
    color: var(--_muted);
    font-size: 1.0938rem;
    text-wrap: pretty;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    margin-top: 1rem;
  }

  section {
    margin-top: 2.5rem;
  }

  section > h2 {
    margin-bottom: 1rem;
    font-size: 1.4rem;
  }

  .card {
    padding: 1.25rem;
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
      padding: 3.5rem 2rem 4.5rem;
    }

    .lead {
      font-size: 1.1875rem;
    }
  }
`;
