/** Styles of the chat entries and of the tools on an entry. */
import { css } from 'lit';
import { chatNameStyles } from './chat-name.ts';

export const chatEntryStyles = css`
  ${chatNameStyles}

  .row {
    position: relative;
    contain: content;
    outline: none;
  }

  /* The tools may overflow a short message. */
  .row.chosen {
    contain: layout style;
    z-index: 1;
  }

  .row:hover,
  .row:focus-within,
  .row.chosen {
    background: color-mix(in oklab, var(--_text) 5%, transparent);
  }

  .row:focus-visible {
    box-shadow: inset 0 0 0 2px var(--_accent);
  }

  .row.found {
    animation: found 1.6s ease-out;
  }

  @keyframes found {
    from {
      background: color-mix(in oklab, var(--_accent) 32%, transparent);
    }
  }

  .entry {
    padding: var(--_space-4) var(--_space-16);
    font: var(--_type-16);
    overflow-wrap: anywhere;
  }

  .entry.to-me {
    box-shadow: inset 3px 0 0 var(--_accent);
    background: color-mix(in oklab, var(--_accent) 8%, transparent);
  }

  .member {
    margin-inline-end: var(--_space-8);
    color: var(--_muted);
  }

  .member:is([data-step='1'], [data-step='2'], [data-step='3']) {
    color: color-mix(in oklab, var(--_accent) 60%, var(--_muted));
  }

  .member:is([data-step='4'], [data-step='5']) {
    color: var(--_accent);
  }

  .member[data-step='5'] .icon {
    fill: currentcolor;
  }

  .mention {
    font-weight: 600;
    color: var(--_accent);
  }

  .text a {
    color: inherit;
    text-decoration-color: var(--_accent);
    text-underline-offset: 0.15em;
  }

  .removed,
  .outgoing-entry {
    color: var(--_muted);
  }

  .removed .text {
    font-style: italic;
  }

  .entry time {
    margin-inline-start: var(--_space-8);
    font: var(--_type-12);
    color: var(--_muted);
    /* Opacity would create a compositing layer for each. */
    visibility: hidden;
  }

  .row:hover time,
  .row:focus-within time,
  .row.chosen time {
    visibility: visible;
  }

  .reply {
    display: flex;
    align-items: center;
    gap: var(--_space-4);
    max-width: 100%;
    margin: 0;
    padding: 0;
    border: 0;
    background: none;
    color: var(--_muted);
    font: var(--_type-14);
    text-align: start;
    cursor: pointer;
  }

  .reply-name {
    flex: none;
    max-width: 40%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: 600;
  }

  .reply-text {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .reply-text.gone {
    font-style: italic;
  }

  .entry.notice {
    display: flex;
    align-items: center;
    gap: var(--_space-12);
    color: var(--_muted);
    font: var(--_type-14);
    text-align: center;
  }

  .entry.goal_reached {
    color: var(--_accent);
    font: var(--_strong-16);
  }

  .entry.notice span {
    max-width: 80%;
  }

  .entry.notice::before,
  .entry.notice::after {
    content: '';
    flex: 1;
    border-top: 1px solid var(--_line);
  }

  .entry.tip {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--_space-4) var(--_space-12);
    align-items: center;
    margin: var(--_space-8) var(--_space-12);
    padding: var(--_space-8) var(--_space-12);
    border: 1px solid color-mix(in oklab, var(--_accent) 42%, transparent);
    border-radius: var(--_radius-small);
  }

  .tip .amount {
    grid-row: 1 / span 3;
    font: var(--_strong-16);
    color: var(--_accent);
  }

  .tip:is(.tier-1, .tier-2) {
    background: color-mix(in oklab, var(--_accent) 11%, var(--_surface));
  }

  .tip:is(.tier-1, .tier-2) .amount {
    font: var(--_title-20);
  }

  .tip.tier-2 {
    border: 2px solid var(--_accent);
    padding-block: var(--_space-12);
    background: color-mix(in oklab, var(--_accent) 20%, var(--_surface));
  }

  /* Over velvet, in both themes. */
  .tip.tier-3 {
    --tint: var(--_on-velvet);
    border-color: var(--_primary);
    border-radius: var(--_radius);
    padding: var(--_space-16);
    background: var(--_velvet);
    color: var(--_on-velvet);
  }

  .tip.tier-3 .amount {
    font: var(--_title-28);
    color: var(--_primary);
  }

  .tip.tier-3 :is(.name, .muted) {
    color: inherit;
  }

  .tip.refunded {
    border-style: dashed;
    border-color: var(--_line);
    background: none;
  }

  .tip.refunded .amount {
    color: var(--_muted);
    text-decoration: line-through;
  }

  .tip .paid-back {
    font-weight: 600;
  }

  .tip .item {
    display: flex;
    gap: var(--_space-4);
    align-items: center;
    font-weight: 600;
  }

  .tip .item .icon {
    align-self: start;
    margin-top: var(--_space-4);
  }

  .tip .line {
    grid-column: 2;
  }

  .tip .line:nth-child(2):last-child {
    grid-row: 1 / span 3;
  }

  .tools {
    position: absolute;
    /* Above the message, over the end of the previous one, so that the text stays readable. */
    inset-block-start: -1.35rem;
    inset-inline-end: 0.5rem;
    z-index: 1;
    display: flex;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_raised);
    box-shadow: 0 4px 14px var(--_shade);
  }

  /* On touch screens the tools are below the text. */
  @media (hover: none) {
    .row.chosen {
      padding-bottom: var(--_space-48);
    }

    .tools {
      inset-block: auto 0.25rem;
    }
  }

  .tools button {
    display: grid;
    place-items: center;
    min-width: max(2rem, var(--_finger));
    height: max(1.875rem, var(--_finger));
    padding: 0 var(--_space-8);
    border: 0;
    border-radius: var(--_radius-small);
    background: none;
    color: var(--_muted);
    font: var(--_strong-14);
    white-space: nowrap;
    cursor: pointer;
  }

  .tools button:hover,
  .tools button:focus-visible {
    background: color-mix(in oklab, var(--_text) 10%, transparent);
    color: var(--_text);
  }

  .tools .harsh:hover,
  .tools .harsh:focus-visible {
    color: var(--_danger);
  }
`;
