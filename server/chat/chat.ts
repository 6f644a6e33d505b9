/**
 * What people say in a room: an ordered log with a gapless sequence number, and who may write or remove. Called by the gateway, which has
 * checked that the participant is inside; tips come from the outbox. It knows no socket: new entries go on the bus.
 */
import { type Bus, roomTopic } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Participant } from '../protocol/accounts.ts';
import type { ChatEntry, ChatMessage, ChatPage, ChatSendInput } from '../protocol/chat.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type MessageId, type RoomId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Tip } from '../protocol/money.ts';
import { ChatStore } from './chat.store.ts';
import { ChatLog } from './chat-log.ts';

/** The bus topic of a room's new entries: `{room, entries}`. */
export const CHAT_BUS_TOPIC = 'chat';
export interface ChatAppended {
  room: RoomId;
  entries: ChatEntry[];
}

/** Everything that could hide, reorder or break a line, except the line feed itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is taken out here.
const INVISIBLE_CHARS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
const MANY_LINE_FEEDS = /\n{3,}/g;

export class Chat {
  readonly #store: ChatStore;
  readonly #log: ChatLog;
  readonly #clock: Clock;

  constructor(options: { db: Database; bus: Bus; clock: Clock; metrics: Metrics }) {
    this.#clock = options.clock;
    this.#store = new ChatStore(options.db);
    this.#log = new ChatLog({
      store: this.#store,
      onAppended: (room, appended) => {
        const entries = appended.map((result) => result.entry);
        for (const entry of entries) options.metrics.chatEntries.inc({ kind: entry.kind });
        options.bus.publish(roomTopic(CHAT_BUS_TOPIC, room), { room, entries });
      },
    });
  }

  /** Resolves once the message is in the log for good; the same `clientId` again answers the same message. */
  async send(options: { room: RoomId; from: Participant; input: ChatSendInput }): Promise<ChatMessage> {
    const { room, from, input } = options;
    const { entry } = await this.#log.append({
      room,
      kind: 'message',
      id: createId('message'),
      ...from,
      text: parseMessageText(input.text),
      clientId: input.clientId,
      sentAt: this.#nowIso(),
    });
    return entry as ChatMessage;
  }

  /** Shows settled tips in their order; telling of the same tip twice shows it once. */
  async appendTips(tips: Tip[]): Promise<void> {
    await Promise.all(
      tips.map(({ id, room, from, amountMinor, currency, message, sentAt }) =>
        this.#log.append({ room, kind: 'tip', id, ...from, amountMinor, currency, text: message, sentAt }),
      ),
    );
  }

  /** Takes a message's text away from everyone; removing it twice is one removal. */
  async remove(options: {
    room: RoomId;
    by: Participant;
    messageId: MessageId;
    reason?: string | undefined;
  }): Promise<void> {
    const { room, by, messageId, reason } = options;
    const message = await this.#store.findMessage(room, messageId);
    if (!message) throw new AppError('message_not_found');
    if (message.removed) return;
    await this.#log.append({
      room,
      kind: 'removal',
      id: messageId,
      ...by,
      text: reason ?? null,
      sentAt: this.#nowIso(),
    });
  }

  async history(room: RoomId, range: { since?: number; before?: number; limit: number }): Promise<ChatPage> {
    const [entries, lastSeq] = await Promise.all([this.#store.read(room, range), this.#store.lastSeq(room)]);
    return { entries, lastSeq };
  }

  /** What a newcomer sees, or what somebody who was here until `since` missed. */
  async catchUp(room: RoomId, since: number | undefined): Promise<ChatPage> {
    if (since === undefined) {
      // Who comes in for the first time: the newest page ends with the last entry there is.
      const entries = await this.#store.read(room, { limit: LIMITS.chatWelcomeEntries });
      return { entries, lastSeq: entries.at(-1)?.seq ?? 0 };
    }
    const lastSeq = await this.#store.lastSeq(room);
    // Somebody who missed more than a page starts anew from the newest page and loads the rest when asked.
    const resumes = since <= lastSeq && lastSeq - since <= LIMITS.chatPageEntries;
    const range = resumes ? { since, limit: LIMITS.chatPageEntries } : { limit: LIMITS.chatWelcomeEntries };
    return { entries: await this.#store.read(room, range), lastSeq };
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #nowIso(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

/** Plain text as it is kept and shown: invisible characters gone, outer space gone, at most two line feeds on end. */
export function parseMessageText(raw: string): string {
  const text = raw.toWellFormed().replace(INVISIBLE_CHARS, '').replace(MANY_LINE_FEEDS, '\n\n').trim();
  if (text === '') throw new AppError('message_empty');
  if ([...text].length > LIMITS.messageChars) {
    throw new AppError('message_too_long', `A message may have ${LIMITS.messageChars} characters at most.`);
  }
  return text;
}
