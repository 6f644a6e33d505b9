/**
 * Detects repeated messages of one author, and waves of equal messages of many. A wave comes from bots as well as from
 * a happy crowd: a short one is slowed down; a long one, or one with a link, is held for review. In bounded memory;
 * gateways tell each other of texts that several people have sent.
 */
import { RecentMap } from '../../platform/recent-map.ts';
import { foldText } from '../../platform/text/text-folding.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { hasAddress } from './message-text.ts';

const OWN_WINDOW_MS = 30_000;
/** Shorter texts ("gg", "merci !") may be repeated a few times. */
const SHORT_CHARS = 10;
const SHORT_REPEATS = 3;
const WAVE_WINDOW_MS = 10_000;
const WAVE_PEOPLE = 8;
/** Shorter texts are equal without being copied. */
const WAVE_CHARS = 12;
/** Longer texts are never equal by chance. */
const WAVE_HOLD_CHARS = 40;
const WAVE_RETRY_MS = 5_000;
const ROOMS = 2_000;
const TEXTS_PER_ROOM = 500;
/** Number of an author's latest texts that are compared. */
const TEXTS_PER_AUTHOR = 16;
const AUTHORS_PER_ROOM = 5_000;
const PEOPLE_PER_TEXT = 100;

export type FloodVerdict =
  | { kind: 'pass'; forget: () => void }
  | { kind: 'duplicate'; retryAfterMs: number }
  | { kind: 'wave'; isHeld: boolean; retryAfterMs: number; forget: () => void };

export interface Said {
  room: RoomId;
  identity: string;
  clientId: string;
  text: string;
  nowMs: number;
}

/** A text that several people have sent, for other gateways. */
export interface SharedText {
  room: RoomId;
  key: string;
  identities: string[];
  atMs: number;
}

interface OwnText {
  key: string;
  clientId: string;
  atMs: number;
  isHeld: boolean;
}

interface RoomMemory {
  texts: Map<string, Map<string, number>>;
  authors: Map<string, OwnText[]>;
}

export class FloodWatch {
  readonly #rooms = new RecentMap<RoomId, RoomMemory>(ROOMS);
  readonly #onShared: (shared: SharedText) => void;

  constructor(onShared: (shared: SharedText) => void) {
    this.#onShared = onShared;
  }

  judge(said: Said): FloodVerdict {
    const memory = this.#memoryOf(said.room);
    const key = foldText(said.text) || said.text;
    const own = (memory.authors.get(said.identity) ?? []).filter(({ atMs }) => atMs > said.nowMs - OWN_WINDOW_MS);
    // A retry of one message is not a repetition, and is held if the message was.
    const sent = own.find(({ clientId }) => clientId === said.clientId);
    if (sent?.isHeld) return { kind: 'wave', isHeld: true, retryAfterMs: WAVE_RETRY_MS, forget: () => {} };
    if (sent) return { kind: 'pass', forget: () => {} };
    const same = own.filter((text) => text.key === key);
    const allowed = key.length < SHORT_CHARS ? SHORT_REPEATS : 1;
    const [oldest] = same;
    if (oldest && same.length >= allowed) {
      return { kind: 'duplicate', retryAfterMs: oldest.atMs + OWN_WINDOW_MS - said.nowMs };
    }
    const text = { key, clientId: said.clientId, atMs: said.nowMs, isHeld: false };
    const forget = () => this.#forget(memory, said.identity, text);
    memory.authors.set(said.identity, [...own.slice(1 - TEXTS_PER_AUTHOR), text]);
    const people = this.#note(memory, said, key);
    if (key.length >= WAVE_CHARS && people >= WAVE_PEOPLE) {
      text.isHeld = key.length >= WAVE_HOLD_CHARS || hasAddress(said.text);
      // A held message counts as sent; one that was slowed down may be sent again soon.
      if (!text.isHeld) memory.authors.set(said.identity, own);
      return { kind: 'wave', isHeld: text.isHeld, retryAfterMs: WAVE_RETRY_MS, forget };
    }
    return { kind: 'pass', forget };
  }

  /** Another gateway has seen this text from these people. */
  hear({ room, key, identities, atMs }: SharedText): void {
    const memory = this.#memoryOf(room);
    const people = memory.texts.get(key) ?? new Map<string, number>();
    for (const identity of identities) if (people.size < PEOPLE_PER_TEXT) people.set(identity, atMs);
    memory.texts.set(key, people);
  }

  /** Records the text; returns how many people have sent it within the window. */
  #note(memory: RoomMemory, { room, identity, nowMs }: Said, key: string): number {
    const people = memory.texts.get(key) ?? new Map<string, number>();
    for (const [other, atMs] of people) if (atMs <= nowMs - WAVE_WINDOW_MS) people.delete(other);
    if (people.size < PEOPLE_PER_TEXT) people.set(identity, nowMs);
    memory.texts.set(key, people);
    if (key.length >= WAVE_CHARS && people.size > 1 && people.size < PEOPLE_PER_TEXT) {
      this.#onShared({ room, key, identities: people.size === 2 ? [...people.keys()] : [identity], atMs: nowMs });
    }
    return people.size;
  }

  /** The message was not sent after all. */
  #forget(memory: RoomMemory, identity: string, text: OwnText): void {
    const own = memory.authors.get(identity)?.filter((other) => other !== text);
    if (own) memory.authors.set(identity, own);
    memory.texts.get(text.key)?.delete(identity);
  }

  #memoryOf(room: RoomId): RoomMemory {
    const memory = this.#rooms.get(room) ?? {
      texts: new RecentMap(TEXTS_PER_ROOM),
      authors: new RecentMap(AUTHORS_PER_ROOM),
    };
    this.#rooms.set(room, memory);
    return memory;
  }
}
