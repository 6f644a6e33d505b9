/** What an entry of the log does to the list that people see: most are put at its end, some change what is there. */
import type { ChatEntry, ChatMessage } from '../../server/protocol/chat.ts';
import type { ChatItem } from './events.ts';

/** Whether an entry is shown as one; the others only change what is. */
export function isItem(entry: ChatEntry): entry is ChatItem {
  return entry.kind !== 'removal' && entry.kind !== 'purge';
}

export function applyToItems(items: ChatItem[], entry: ChatEntry): void {
  switch (entry.kind) {
    case 'message':
    case 'tip':
    case 'notice':
      items.push(entry);
      return;
    case 'removal':
      change(items, (message) =>
        message.id === entry.messageId ? blank(message) : quoteless(message, ({ id }) => id === entry.messageId),
      );
      return;
    case 'purge':
      change(items, (message) =>
        message.from.identity === entry.identity && message.seq <= entry.uptoSeq
          ? blank(message)
          : quoteless(message, ({ from }) => from.identity === entry.identity),
      );
      return;
    default: {
      const unknown: never = entry;
      throw new TypeError(`A chat entry of an unknown kind: ${JSON.stringify(unknown)}`);
    }
  }
}

/** Somebody's words are gone for good, and a pseudonym stands for them. Returns whether anything changed. */
export function eraseFromItems(items: ChatItem[], erased: { identity: string; pseudonym: string }): boolean {
  const { identity, pseudonym } = erased;
  return change(items, (message) => {
    if (message.from.identity !== identity) return quoteless(message, ({ from }) => from.identity === identity);
    const from = { ...message.from, identity: pseudonym, name: pseudonym };
    return { ...message, from, text: '', erased: true };
  });
}

function change(items: ChatItem[], to: (message: ChatMessage) => ChatMessage): boolean {
  let isChanged = false;
  for (const [index, item] of items.entries()) {
    if (item.kind !== 'message') continue;
    const next = to(item);
    if (next === item) continue;
    items[index] = next;
    isChanged = true;
  }
  return isChanged;
}

function blank(message: ChatMessage): ChatMessage {
  return message.removed ? message : { ...message, text: '', removed: true };
}

/** An answer must not go on quoting what was taken away. */
function quoteless(message: ChatMessage, isGone: (reply: NonNullable<ChatMessage['replyTo']>) => boolean): ChatMessage {
  const { replyTo } = message;
  if (!replyTo || replyTo.excerpt === '' || !isGone(replyTo)) return message;
  return { ...message, replyTo: { ...replyTo, excerpt: '' } };
}
