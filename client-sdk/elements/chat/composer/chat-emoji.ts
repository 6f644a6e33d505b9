/** The panel with reactions, and with emoji to insert into the message. */
import { html, type TemplateResult } from 'lit';
import type { Reaction } from '../../../src/chat/chat.ts';
import type { ElementTexts } from '../../texts/english.ts';

const EMOJI = [
  ...'😀😅🤣😊😍🥰😘😎🤩🥳😭🥺😡🤔🙄😴🙏🙌👍👎💪🤝👋✨⭐💯💐🌹💋💎🎁🎶🎤🎬🍾☀️🌙🦋'.matchAll(
    /\p{Extended_Pictographic}\uFE0F?/gu,
  ),
].map(([emoji]) => emoji);

interface EmojiActs {
  texts: ElementTexts;
  onReact(emoji: Reaction): void;
  onInsert(emoji: string): void;
  onClose(): void;
}

export function emojiPanel(
  reactions: readonly string[],
  { texts, onReact, onInsert, onClose }: EmojiActs,
): TemplateResult {
  const { chat } = texts;
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  return html`<div class="emoji" role="dialog" aria-label=${chat.emoji} data-testid="chat-emoji-panel" @keydown=${handleKey}>
    <h3>${chat.react}</h3>
    <div class="grid react">
      ${(reactions as readonly Reaction[]).map(
        (emoji) =>
          html`<button type="button" data-testid="react-${emoji}" @click=${() => onReact(emoji)}>${emoji}</button>`,
      )}
    </div>
    <h3>${chat.insert}</h3>
    <div class="grid">
      ${EMOJI.map((emoji) => html`<button type="button" @click=${() => onInsert(emoji)}>${emoji}</button>`)}
    </div>
  </div>`;
}
