/** Templates of the user's own messages that are not in the log yet: pending, held for review, refused or failed. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { OutgoingMessage } from '../../../client/chat/chat-outbox.ts';
import type { LogeError } from '../../../client/errors.ts';
import type { Room } from '../../../client/room.ts';
import { icon } from '../../controls/more-icons.ts';
import type { ElementTexts } from '../../texts/element-texts.ts';
import { nameOf } from './chat-name.ts';

interface OutgoingContext {
  texts: ElementTexts;
  wordsFor(error: LogeError): string;
}

export function outgoingEntries(room: Room, context: OutgoingContext): TemplateResult | typeof nothing {
  const { outgoing } = room.chat;
  if (outgoing.length === 0) return nothing;
  return html`<div class="outgoing" role="list" aria-label=${context.texts.chat.sending}>
    ${repeat(
      outgoing,
      ({ clientId }) => clientId,
      (
        message,
      ) => html`<div class="entry outgoing-entry ${message.state}" role="listitem" data-testid="outgoing" data-state=${message.state}>
        ${nameOf(room.localParticipant, context.texts)}<bdi class="text" dir="auto">${message.text}</bdi>
        ${stateLine(room, message, context)}
      </div>`,
    )}
  </div>`;
}

function stateLine(
  room: Room,
  message: OutgoingMessage,
  { texts, wordsFor }: OutgoingContext,
): TemplateResult | typeof nothing {
  const { chat } = texts;
  const discard = html`<button class="quiet" type="button" data-testid="outgoing-discard" @click=${() => room.chat.discard(message.clientId)}>
    ${chat.discard}
  </button>`;
  switch (message.state) {
    case 'sent':
      return nothing;
    case 'pending':
      return html`<span class="muted"> · ${chat.sending}</span>`;
    case 'held':
      return html`<p class="fate" role="status">${icon('clock', 15)}<span><b>${chat.heldTitle}.</b> ${chat.held}</span></p>`;
    case 'refused':
      return html`<p class="fate bad" role="status">
        ${icon('warning', 15)}<span>${message.reason ? chat.refusedBecause(message.reason) : chat.refused} ${discard}</span>
      </p>`;
    case 'failed':
      return html`<p class="fate bad" role="alert">
        ${icon('warning', 15)}<span>${chat.failed} ${message.error ? wordsFor(message.error) : ''}
          <button
            class="quiet"
            type="button"
            data-testid="outgoing-retry"
            @click=${() => void room.chat.retry(message.clientId).catch(() => undefined)}
          >${chat.retry}</button>
          ${discard}
        </span>
      </p>`;
  }
}
