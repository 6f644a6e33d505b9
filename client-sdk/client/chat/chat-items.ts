/** Applies entries of the log to the list of shown items: most are appended, removals change earlier items. */
import { ERASED_NAME } from '../../../server/protocol/accounts/erased-name.ts';
import type { ChatEntry, ChatMessage, ChatNoticeName, ChatTip } from '../../../server/protocol/chat/chat.ts';
import type { ChatItem } from '../events.ts';

/** Whether an entry is shown as an item; others only change items. */
export function isItem(entry: ChatEntry): entry is ChatItem {
  return (
    entry.kind !== 'removal' && entry.kind !== 'purge' && entry.kind !== 'restoration' && entry.kind !== 'tip_refund'
  );
}

/** Placeholder identity on this page; a fetched page carries the log's own pseudonym. */
const ERASED_IDENTITY = 'erased';

/** Settings of the chat: what says that one is on goes when it is off. */
const SETTINGS: ReadonlySet<ChatNoticeName> = new Set(['slow_mode', 'members_only', 'emoji_only', 'paused', 'panic']);

function removeNotice(items: ChatItem[], name: ChatNoticeName): void {
  const isOn = (item: ChatItem) => item.kind === 'notice' && item.notice === name && item.on;
  for (let index = items.length - 1; index >= 0; index -= 1) if (isOn(items[index] as ChatItem)) items.splice(index, 1);
}

export function applyToItems(items: ChatItem[], entry: ChatEntry): void {
  switch (entry.kind) {
    case 'notice':
      if (!entry.on && SETTINGS.has(entry.notice)) removeNotice(items, entry.notice);
      items.push(entry);
      return;
    case 'message':
    case 'tip':
      items.push(entry);
      return;
    case 'tip_refund': {
      const index = items.findIndex((item) => item.kind === 'tip' && item.id === entry.tip);
      const tip = items[index];
      if (tip?.kind === 'tip') items[index] = { ...tip, refunded: true };
      return;
    }
    case 'removal':
      updateWritten(items, (item) =>
        item.id === entry.messageId ? clearText(item) : clearQuote(item, ({ id }) => id === entry.messageId),
      );
      return;
    case 'restoration':
      updateWritten(items, (item) => (item.id === entry.message.id ? entry.message : item));
      return;
    case 'purge':
      updateWritten(items, (item) =>
        item.from?.identity === entry.identity && !isAnonymous(item) && item.seq <= entry.uptoSeq
          ? clearText(item)
          : clearQuote(item, ({ from }) => from.identity === entry.identity),
      );
      return;
    default: {
      const unknown: never = entry;
      throw new TypeError(`Unknown kind of chat entry: ${JSON.stringify(unknown)}`);
    }
  }
}

/** Erases a person's messages, name, mentions and quotes. Returns whether anything changed. */
export function eraseFromItems(items: ChatItem[], identity: string): boolean {
  const from = { name: ERASED_NAME, identity: ERASED_IDENTITY };
  const names = new Set(
    items.flatMap((item) => (item.kind !== 'notice' && item.from?.identity === identity ? [item.from.name] : [])),
  );
  let isChanged = false;
  for (const [index, item] of items.entries()) {
    if (item.kind === 'notice') {
      if (item.by !== identity) continue;
      items[index] = { ...item, by: ERASED_IDENTITY };
    } else if (item.from?.identity === identity) {
      const author = { ...item.from, ...from };
      items[index] =
        item.kind === 'tip'
          ? { ...item, from: author, message: null }
          : { ...without(item, ['mentions', 'replyTo']), from: author, text: '', erased: true };
    } else if (
      item.kind === 'message' &&
      (item.mentions?.includes(identity) || item.replyTo?.from.identity === identity)
    ) {
      items[index] = eraseReferences(item, identity, names);
    } else continue;
    isChanged = true;
  }
  return isChanged;
}

/** Keeps the text of others, but erases mentions and quotes of the person in it. */
function eraseReferences(message: ChatMessage, identity: string, names: ReadonlySet<string>): ChatMessage {
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

/** The server leaves the words of anonymous tips out of a purge, which would tell whose they are. */
function isAnonymous(item: ChatMessage | ChatTip): boolean {
  return item.kind === 'tip' && item.anonymous === true;
}

function without<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Omit<T, K> {
  const rest = { ...from };
  for (const key of keys) delete rest[key];
  return rest;
}

/** Updates what people have written: messages, and the words of tips. */
function updateWritten(items: ChatItem[], update: (item: ChatMessage | ChatTip) => ChatItem): void {
  for (const [index, item] of items.entries()) if (item.kind !== 'notice') items[index] = update(item);
}

function clearText(item: ChatMessage | ChatTip): ChatItem {
  if (item.kind === 'tip') return { ...item, message: null };
  return item.removed ? item : { ...item, text: '', removed: true };
}

/** Removes the quote of a removed message from a reply. */
function clearQuote(
  item: ChatMessage | ChatTip,
  isRemoved: (reply: NonNullable<ChatMessage['replyTo']>) => boolean,
): ChatItem {
  if (item.kind === 'tip') return item;
  const { replyTo } = item;
  if (!replyTo || replyTo.excerpt === '' || !isRemoved(replyTo)) return item;
  return { ...item, replyTo: { ...replyTo, excerpt: '' } };
}
