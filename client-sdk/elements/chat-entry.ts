/** How one entry of the chat looks. Text goes through Lit's text bindings only, so markup in it stays text. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatMessage, ChatTip } from '../../server/protocol/chat.ts';
import type { ChatItem } from '../src/events.ts';
import { formatMoneyShort, formatTime } from './format.ts';
import { icon } from './icons.ts';
import type { Language } from './language.ts';
import type { ElementTexts } from './texts/english.ts';

export interface EntryContext {
  texts: ElementTexts;
  language: Language;
  /** Identity of whoever looks at the chat. */
  self: string;
  /** Opens the moderation of a message; undefined for whoever may not moderate. */
  moderate: ((message: ChatMessage) => void) | undefined;
}

export const chatEntryStyles = css`
  .entry {
    position: relative;
    padding: 0.28rem 1rem;
    line-height: 1.42;
    font-size: 0.9688rem;
    overflow-wrap: anywhere;
    contain: layout style;
  }

  .entry.can-moderate {
    padding-inline-end: 3rem;
  }

  .entry:hover,
  .entry:focus-within {
    background: color-mix(in oklab, var(--_text) 5%, transparent);
  }

  .name {
    margin-inline-end: 0.4em;
    font-weight: 650;
    color: color-mix(in oklab, var(--_muted) 60%, var(--_text));
  }

  .name.creator {
    color: var(--_accent);
  }

  .role {
    display: inline-block;
    margin-inline-end: 0.4em;
    padding: 0 0.45em;
    border: 1px solid currentColor;
    border-radius: 999px;
    font-size: 0.7188rem;
    font-weight: 600;
    line-height: 1.5;
    vertical-align: 0.08em;
    color: var(--_accent);
  }

  .removed,
  .pending {
    color: var(--_muted);
  }

  .removed .text {
    font-style: italic;
  }

  time {
    margin-inline-start: 0.5em;
    font-size: 0.75rem;
    color: var(--_muted);
    opacity: 0;
    font-variant-numeric: tabular-nums;
  }

  .entry:hover time,
  .entry:focus-within time {
    opacity: 1;
  }

  .entry.tip {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.1rem 0.7rem;
    align-items: center;
    margin: 0.4rem 0.75rem;
    padding: 0.6rem 0.8rem;
    border: 1px solid color-mix(in oklab, var(--_accent) 42%, transparent);
    border-radius: var(--_radius-small);
    background: color-mix(in oklab, var(--_accent) 11%, var(--_surface));
  }

  .tip .amount {
    grid-row: span 2;
    font-family: var(--_font-display);
    font-size: 1.3rem;
    color: var(--_accent);
    font-variant-numeric: tabular-nums lining-nums;
  }

  .tip .line:only-of-type {
    grid-row: span 2;
  }

  .moderate {
    position: absolute;
    inset-block-start: 0.05rem;
    inset-inline-end: 0.5rem;
    display: grid;
    place-items: center;
    width: 2rem;
    height: 2rem;
    border: 0;
    border-radius: 50%;
    background: transparent;
    color: var(--_muted);
    cursor: pointer;
  }

  .moderate:hover {
    color: var(--_text);
    background: var(--_raised);
  }

  @media (hover: hover) {
    .moderate:not(:focus-visible) {
      opacity: 0;
    }

    .entry:hover .moderate {
      opacity: 1;
    }
  }
`;

function nameOf(from: ChatItem['from'], context: EntryContext): TemplateResult {
  const { texts } = context;
  const role = from.role === 'fan' ? nothing : html`<span class="role">${texts.chat[from.role]}</span>`;
  return html`<bdi class="name ${from.role}">${from.name}</bdi>${role}`;
}

function messageEntry(message: ChatMessage, context: EntryContext): TemplateResult {
  const { texts, language, self, moderate } = context;
  if (message.removed) {
    return html`<div class="entry removed" role="listitem" data-message=${message.id}>
      ${nameOf(message.from, context)}<span class="text">${texts.chat.removed}</span>
    </div>`;
  }
  const canModerate = moderate && message.from.identity !== self;
  return html`<div class="entry ${canModerate ? 'can-moderate' : ''}" role="listitem" data-message=${message.id}>
    ${nameOf(message.from, context)}<bdi class="text" dir="auto">${message.text}</bdi
    ><time datetime=${message.sentAt}>${formatTime(message.sentAt, language)}</time>
    ${
      canModerate
        ? html`<button
            class="moderate"
            type="button"
            data-testid="moderate-${message.id}"
            aria-label=${texts.chat.moderate(message.from.name)}
            @click=${() => moderate(message)}
          >
            ${icon('more', 18)}
          </button>`
        : nothing
    }
  </div>`;
}

function tipEntry(tip: ChatTip, context: EntryContext): TemplateResult {
  const amount = formatMoneyShort(tip.amountMinor, tip.currency, context.language);
  return html`<div class="entry tip" role="listitem" data-tip=${tip.id}>
    <span class="amount">${amount}</span>
    <span class="line">${nameOf(tip.from, context)}<span class="muted">${context.texts.chat.tipped}
      <span class="visually-hidden">${amount}</span></span></span>
    ${tip.message ? html`<bdi class="text line" dir="auto">${tip.message}</bdi>` : nothing}
  </div>`;
}

export function chatEntry(item: ChatItem, context: EntryContext): TemplateResult {
  return item.kind === 'tip' ? tipEntry(item, context) : messageEntry(item, context);
}
