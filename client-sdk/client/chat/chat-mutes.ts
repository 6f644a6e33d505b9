/** Leaves out what people wrote whom this participant has muted. Whoever keeps order reads everything. */
import type { ChatMessage, ChatTip } from '../../../server/protocol/chat/chat.ts';
import type { MutedPerson } from '../../../server/protocol/chat/chat-room.ts';
import type { ChatItem } from '../events.ts';

export class ChatMutes {
  #people: readonly MutedPerson[] = [];
  #moderates = false;
  #identities: ReadonlySet<string> = new Set();
  #shown: { of: readonly ChatItem[]; items: readonly ChatItem[] } | undefined;

  get people(): readonly MutedPerson[] {
    return this.#people;
  }

  /** Returns whether anything changed. */
  set(people: readonly MutedPerson[], moderates = this.#moderates): boolean {
    const read = () => JSON.stringify(this.#people.length > 0 && [this.#people, this.#moderates]);
    const before = read();
    this.#people = people;
    this.#moderates = moderates;
    this.#identities = new Set(people.map(({ identity }) => identity));
    this.#shown = undefined;
    return read() !== before;
  }

  /** The same array for the same items. */
  show(items: readonly ChatItem[]): readonly ChatItem[] {
    if (this.#people.length === 0) return items;
    if (this.#shown?.of !== items) {
      const shown = items.filter((item) => item.kind !== 'message' || !this.hides(item.from));
      this.#shown = { of: items, items: shown.map((item) => this.#withoutWords(item)) };
    }
    return this.#shown.items;
  }

  /** Not what the creator and moderators write: all have to know it. */
  hides(from: ChatTip['from']): boolean {
    return !this.#moderates && from?.role === 'fan' && this.#identities.has(from.identity);
  }

  /** A tip always shows, but not its words. */
  showTip(tip: ChatTip): ChatTip {
    return this.hides(tip.from) ? { ...tip, message: null } : tip;
  }

  #withoutWords(item: ChatItem): ChatItem {
    if (item.kind === 'tip') return this.showTip(item);
    if (item.kind !== 'message' || !item.replyTo || !this.hides(item.replyTo.from)) return item;
    const { replyTo: _, ...message }: ChatMessage = item;
    return message;
  }
}
