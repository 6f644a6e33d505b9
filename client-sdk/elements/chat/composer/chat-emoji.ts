/** The panel with reactions, and with emoji to insert into the message. A press anywhere else closes it. */
import { html, type TemplateResult } from 'lit';
import type { Reaction } from '../../../client/chat/chat.ts';
import type { ElementTexts } from '../../texts/element-texts.ts';

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
    <div class="react" role="group" aria-label=${chat.react}>
      ${(reactions as readonly Reaction[]).map(
        (emoji) =>
          html`<button type="button" data-testid="react-${emoji}" @click=${() => onReact(emoji)}>${emoji}</button>`,
      )}
    </div>
    <div class="grid" role="group" aria-label=${chat.insert}>
      ${EMOJI.map((emoji) => html`<button type="button" @click=${() => onInsert(emoji)}>${emoji}</button>`)}
    </div>
  </div>`;
}
