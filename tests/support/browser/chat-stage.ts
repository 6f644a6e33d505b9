/**
 * Runs inside Chromium: a `<loge-chat>` on the SDK's Chat with a scripted server, for what only a browser can show:
 * scroll smoothness and layout shifts.
 */
import '../../../client-sdk/elements/loge-chat.ts';
import { Chat } from '../../../client-sdk/client/chat/chat.ts';
import { Emitter } from '../../../client-sdk/client/emitter.ts';
import type { RoomEventMap } from '../../../client-sdk/client/events.ts';
import type { Room } from '../../../client-sdk/client/room.ts';
import type { LogeChat } from '../../../client-sdk/elements/loge-chat.ts';
import type { ChatEntry, ChatPage } from '../../../server/protocol/chat/chat.ts';

const WORDS =
  'la voix ce soir is wonderful merci à toi from the balcony encore that last song était magnifique hello tout le monde'.split(
    ' ',
  );
const NAMES = ['Léa', 'Tom', 'Inès', 'Malik', 'Chloé', 'Sam', 'Noor', 'Jules'];
const PAGE_ENTRIES = 200;

/** The same number gives the same text, so that compared runs draw the same. */
export function scriptedEntry(seq: number): ChatEntry & { kind: 'message' } {
  const count = 2 + ((seq * 7) % 16);
  const text = Array.from({ length: count }, (_, index) => WORDS[(seq * 3 + index * 5) % WORDS.length]).join(' ');
  const name = NAMES[seq % NAMES.length] ?? 'Léa';
  return {
    kind: 'message',
    id: `msg_${String(seq).padStart(8, '0')}`,
    seq,
    from: { identity: `fan-${name}`, name, role: 'fan' },
    text,
    sentAt: new Date(Date.UTC(2030, 0, 1) + seq * 5).toISOString(),
  };
}

export class ChatStage {
  readonly chat: Chat;
  readonly element: LogeChat;
  readonly log: ChatEntry[] = [];

  constructor(place: HTMLElement, options: { before: number; moderate?: boolean }) {
    const emitter = new Emitter<RoomEventMap>((error) => console.error(error));
    this.chat = new Chat({
      connection: {
        request: async (name, input) => this.#answer(name, input) as never,
        requestReliably: async (name, input) => this.#answer(name, input) as never,
      },
      emit: (name, payload) => emitter.emit(name, payload),
      log: () => {},
    });
    for (let seq = 1; seq <= options.before; seq += 1) this.log.push(scriptedEntry(seq));
    const room = {
      chat: this.chat,
      on: emitter.on.bind(emitter),
      state: 'connected',
      info: {
        chat: { enabled: true },
        status: 'live',
        title: 'A room',
        creator: { identity: 'camille', name: 'Camille' },
      },
      viewerCount: 2_000,
      goal: null,
      localParticipant: {
        identity: 'me',
        name: 'Me',
        role: 'fan',
        permissions: { publish: false, chat: true, tip: false, moderate: options.moderate ?? false },
      },
    };
    this.element = document.createElement('loge-chat') as LogeChat;
    this.element.room = room as unknown as Room;
    place.append(this.element);
    this.chat.handleInside({
      muted: [],
      chat: this.#page(this.log.slice(-50)),
      chatState: {
        version: 1,
        mode: { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false },
        panic: false,
        pinned: null,
        poll: null,
        linksAllowed: false,
        reactionSet: ['❤️', '🔥'],
      },
      restriction: { kind: null, scope: 'room', until: null, reason: null, byRole: null },
      ownVote: null,
      held: [],
    });
  }

  get list(): HTMLElement {
    const list = this.element.shadowRoot?.querySelector<HTMLElement>('.list');
    if (!list) throw new TypeError('The chat is not rendered yet.');
    return list;
  }

  get rows(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('.row')];
  }

  /** Sends new messages in one frame, parsed like frames from the wire. */
  say(count: number): void {
    const entries = Array.from({ length: count }, (_, index) => scriptedEntry(this.log.length + 1 + index));
    this.log.push(...entries);
    this.chat.handleFrame(JSON.parse(JSON.stringify({ entries })));
  }

  tip(amountMinor: number, message: string): void {
    const { from, sentAt, seq } = scriptedEntry(this.log.length + 1);
    const id = `tip_${String(seq).padStart(8, '0')}` as const;
    const tip = { kind: 'tip', ...{ id, seq, from, sentAt, amountMinor, message }, currency: 'eur' } as const;
    this.log.push(tip);
    this.chat.handleFrame(JSON.parse(JSON.stringify({ entries: [tip] })));
  }

  /** New messages whose frame is lost. */
  miss(count: number): void {
    for (let missed = 0; missed < count; missed += 1) this.log.push(scriptedEntry(this.log.length + 1));
  }

  #page(entries: ChatEntry[]): ChatPage {
    return { entries, lastSeq: this.log.length };
  }

  #answer(name: string, input: unknown): unknown {
    if (name !== 'chat:history') return {};
    const { since, before } = input as { since?: number; before?: number };
    if (since !== undefined) return this.#page(this.log.slice(since, since + PAGE_ENTRIES));
    const end = before === undefined ? this.log.length : before - 1;
    return this.#page(this.log.slice(Math.max(0, end - PAGE_ENTRIES), end));
  }
}
