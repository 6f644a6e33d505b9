/** A ticket as one would keep it: picture, title, a perforated edge, and a stub with date, name and number. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { type PosterOf, poster } from '../stage/poster.ts';

/** As long as a number that people read to each other. */
const NUMBER_CHARS = 8;

/** The paper is the same on a light and on a dark ground. */
export const ticketCardStyles = css`
  .ticket {
    --_tooth: 12px;
    position: relative;
    max-width: 26rem;
    margin-inline: auto;
    color: var(--_stage);
    filter: drop-shadow(0 6px 14px var(--_shade));
  }

  .ticket :is(.main, .stub) {
    background: var(--_on-velvet);
  }

  /* Both parts have half of the two holes at the perforation. */
  .ticket .main {
    overflow: hidden;
    border-radius: var(--_radius) var(--_radius) 0 0;
    mask:
      radial-gradient(circle 9px at 0 100%, transparent 97%, black) left / 51% 100% no-repeat,
      radial-gradient(circle 9px at 100% 100%, transparent 97%, black) right / 51% 100% no-repeat;
  }

  .ticket .stub {
    position: relative;
    margin-top: -1px;
    padding: var(--_space-16) var(--_space-24) var(--_space-12);
    mask:
      radial-gradient(circle 9px at 0 0, transparent 97%, black) left / 51% 100% no-repeat,
      radial-gradient(circle 9px at 100% 0, transparent 97%, black) right / 51% 100% no-repeat;
  }

  .ticket .stub::before {
    position: absolute;
    inset: 0 18px auto;
    border-top: 2px dashed color-mix(in oklab, var(--_stage) 35%, transparent);
    content: '';
  }

  /* Torn off: a row of teeth. */
  .ticket::after {
    display: block;
    height: 7px;
    background: radial-gradient(circle 5px at 50% 100%, transparent 95%, var(--_on-velvet)) center top / var(--_tooth) 7px;
    content: '';
  }

  .ticket .picture {
    position: relative;
    aspect-ratio: 2 / 1;
    container-type: size;
  }

  .ticket .words {
    padding: var(--_space-16) var(--_space-24);
  }

  .ticket h2 {
    font: var(--_title-28);
    text-wrap: balance;
    overflow-wrap: anywhere;
  }

  .ticket dl {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-12) var(--_space-32);
  }

  .ticket .date {
    flex: 1 0 100%;
  }

  .ticket dt,
  .ticket .by {
    color: color-mix(in oklab, var(--_stage) 72%, var(--_on-velvet));
    font: var(--_type-14);
  }

  .ticket dd {
    font: var(--_strong-16);
    font-variant-numeric: tabular-nums lining-nums;
    overflow-wrap: anywhere;
  }

  .ticket .date dd {
    font: var(--_title-28);
  }

  .ticket .stamp {
    position: absolute;
    inset: auto 1rem 2.5rem auto;
    padding: var(--_space-4) var(--_space-12);
    border: 2px solid var(--_velvet);
    border-radius: var(--_radius-small);
    color: var(--_velvet);
    font: var(--_strong-16);
    rotate: -9deg;
  }

  .ticket:has(.stamp) dd {
    text-decoration: line-through;
    text-decoration-thickness: 1px;
  }
`;

interface TicketCard {
  /** Absent where the stub alone is shown. */
  main?: { picture: PosterOf; by: string } | undefined;
  date: { label: string; text: string };
  /** What the stub says besides, by its label. Empty ones are left out. */
  facts: ReadonlyArray<readonly [label: string, text: string | undefined]>;
  /** Across the stub of a ticket that is none any more. */
  stamp?: string | undefined;
}

export function ticketCard({ main, date, facts, stamp }: TicketCard): TemplateResult {
  const fact = ([label, text]: readonly [string, string | undefined], look = '') =>
    text ? html`<div class=${look}><dt>${label}</dt><dd><bdi>${text}</bdi></dd></div>` : nothing;
  return html`<article class="ticket">
    ${
      main
        ? html`<div class="main">
            <div class="picture">${poster(main.picture, { isBare: true })}</div>
            <div class="words"><h2><bdi>${main.picture.title}</bdi></h2><p class="by">${main.by}</p></div>
          </div>`
        : nothing
    }
    <div class="stub">
      <dl>${fact([date.label, date.text], 'date')}${facts.map((one) => fact(one))}</dl>
      ${stamp ? html`<p class="stamp">${stamp}</p>` : nothing}
    </div>
  </article>`;
}

/** The end of its id, as a number to read. */
export function numberOfTicket(id: string): string {
  return id.slice(-NUMBER_CHARS).toUpperCase();
}
