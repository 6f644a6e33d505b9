/** What an entry of the log does to the list that people see: most are put at its end, some change what is there. */
import type { ChatEntry, ChatMessage } from '../../../server/protocol/chat.ts';
import type { ChatItem } from '../events.ts';

/** Whether an entry is shown as one; the others only change what is. */
export function isItem(entry: ChatEntry): entry is ChatItem {
  return entry.kind !== 'removal' && entry.kind !== 'purge';
}

/** As the server writes it in the place of a name. */
const ERASED_NAME = 'Erased';
/** Stands for erased people in what this page keeps; the log's own pseudonym comes when it is read again. */
const ERASED_IDENTITY = 'erased';

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

/** Removes a person's words and name wherever they wrote or were named. Returns whether anything changed. */
export function eraseFromItems(items: ChatItem[], identity: string): boolean {
  const from = { name: ERASED_NAME, identity: ERASED_IDENTITY };
  const names = new Set(
    items.flatMap((item) => (item.kind !== 'notice' && isOf(item, identity) ? [item.from.name] : [])),
  );
  let isChanged = false;
  for (const [index, item] of items.entries()) {
    if (item.kind === 'notice') {
      if (item.by !== identity) continue;
      items[index] = { ...item, by: ERASED_IDENTITY };
    } else if (isOf(item, identity)) {
      const author = { ...item.from, ...from };
      items[index] =
        item.kind === 'tip'
          ? { ...item, from: author, message: null }
          : { ...without(item, ['mentions', 'replyTo']), from: author, text: '', erased: true };
    } else if (
      item.kind === 'message' &&
      (item.mentions?.includes(identity) || item.replyTo?.from.identity === identity)
    ) {
      items[index] = eraseNamed(item, identity, names);
    } else continue;
    isChanged = true;
  }
  return isChanged;
}

/** The words of others stay; the name that a mention shows, and what they quote, do not. */
function eraseNamed(message: ChatMessage, identity: string, names: ReadonlySet<string>): ChatMessage {
  const { mentions, replyTo } = message;
  let { text } = message;
  if (mentions?.includes(identity)) for (const name of names) text = text.replaceAll(`@${name}`, `@${ERASED_NAME}`);
  const isQuoted = replyTo?.from.identity === identity;
  return {
    ...message,
    text,
    ...(mentions ? { mentions: mentions.map((named) => (named === identity ? ERASED_IDENTITY : named)) } : {}),
    ...(isQuoted
      ? {
          replyTo: { ...replyTo, from: { ...replyTo.from, identity: ERASED_IDENTITY, name: ERASED_NAME }, excerpt: '' },
        }
      : {}),
  };
}

function isOf(item: Exclude<ChatItem, { kind: 'notice' }>, identity: string): boolean {
  return item.from.identity === identity;
}

function without<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Omit<T, K> {
  const rest = { ...from };
  for (const key of keys) delete rest[key];
  return rest;
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
