/**
 * Notices who says the same again, and when many say the same at once: a wave of copies comes from a crowd of bots as well as from a happy
 * crowd, so a short one is only slowed down, and a long one, or one with an address, waits for a moderator. Kept in memory, in named bounds;
 * gateways tell each other of texts that come from several people.
 */
import type { RoomId } from '../../protocol/ids.ts';
import { hasAddress } from './message-text.ts';
import { foldText } from './text-folding.ts';

const OWN_WINDOW_MS = 30_000;
/** Shorter ones ("gg", "merci !") may be said a few times. */
const SHORT_CHARS = 10;
const SHORT_REPEATS = 3;
const WAVE_WINDOW_MS = 10_000;
const WAVE_PEOPLE = 8;
/** Below, many say the same without copying it. */
const WAVE_CHARS = 12;
/** From here on nobody types the same by chance. */
const WAVE_HOLD_CHARS = 40;
const WAVE_RETRY_MS = 5_000;
const ROOMS = 2_000;
const TEXTS_PER_ROOM = 500;
/** The last texts of one author that are compared. */
const TEXTS_PER_AUTHOR = 16;
const AUTHORS_PER_ROOM = 5_000;
const PEOPLE_PER_TEXT = 100;

export type FloodVerdict =
  | { kind: 'pass'; forget: () => void }
  | { kind: 'duplicate'; retryAfterMs: number }
  | { kind: 'wave'; isHeld: boolean; retryAfterMs: number };

export interface Said {
  room: RoomId;
  identity: string;
  clientId: string;
  text: string;
  nowMs: number;
}

/** The same text from several people, for the other gateways. */
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
}

interface RoomMemory {
  texts: Map<string, Map<string, number>>;
  authors: Map<string, OwnText[]>;
}

export class FloodWatch {
  readonly #rooms = new Map<RoomId, RoomMemory>();
  readonly #onShared: (shared: SharedText) => void;

  constructor(onShared: (shared: SharedText) => void) {
    this.#onShared = onShared;
  }

  judge(said: Said): FloodVerdict {
    const memory = this.#memoryOf(said.room);
    const key = foldText(said.text) || said.text;
    const own = (memory.authors.get(said.identity) ?? []).filter(({ atMs }) => atMs > said.nowMs - OWN_WINDOW_MS);
    // Sending one message again is no second message.
    if (own.some(({ clientId }) => clientId === said.clientId)) return { kind: 'pass', forget: () => {} };
    const same = own.filter((text) => text.key === key);
    const allowed = key.length < SHORT_CHARS ? SHORT_REPEATS : 1;
    const [oldest] = same;
    if (oldest && same.length >= allowed) {
      return { kind: 'duplicate', retryAfterMs: oldest.atMs + OWN_WINDOW_MS - said.nowMs };
    }
    const text = { key, clientId: said.clientId, atMs: said.nowMs };
    remember(memory.authors, said.identity, [...own.slice(1 - TEXTS_PER_AUTHOR), text], AUTHORS_PER_ROOM);
    const people = this.#note(memory, said, key);
    if (key.length >= WAVE_CHARS && people >= WAVE_PEOPLE) {
      const isHeld = key.length >= WAVE_HOLD_CHARS || hasAddress(said.text);
      // A held one was said; one that was only slowed down may be said again in a moment.
      if (!isHeld) memory.authors.set(said.identity, own);
      return { kind: 'wave', isHeld, retryAfterMs: WAVE_RETRY_MS };
    }
    return { kind: 'pass', forget: () => this.#forget(memory, said.identity, text) };
  }

  /** Another gateway has seen this text from these people. */
  hear({ room, key, identities, atMs }: SharedText): void {
    const memory = this.#memoryOf(room);
    const people = memory.texts.get(key) ?? new Map<string, number>();
    for (const identity of identities) if (people.size < PEOPLE_PER_TEXT) people.set(identity, atMs);
    remember(memory.texts, key, people, TEXTS_PER_ROOM);
  }

  /** How many people have said this within the window. */
  #note(memory: RoomMemory, { room, identity, nowMs }: Said, key: string): number {
    const people = memory.texts.get(key) ?? new Map<string, number>();
    for (const [other, atMs] of people) if (atMs <= nowMs - WAVE_WINDOW_MS) people.delete(other);
    if (people.size < PEOPLE_PER_TEXT) people.set(identity, nowMs);
    remember(memory.texts, key, people, TEXTS_PER_ROOM);
    if (key.length >= WAVE_CHARS && people.size > 1 && people.size < PEOPLE_PER_TEXT) {
      this.#onShared({ room, key, identities: people.size === 2 ? [...people.keys()] : [identity], atMs: nowMs });
    }
    return people.size;
  }

  /** The message was not said after all. */
  #forget(memory: RoomMemory, identity: string, text: OwnText): void {
    const own = memory.authors.get(identity)?.filter((other) => other !== text);
    if (own) memory.authors.set(identity, own);
    memory.texts.get(text.key)?.delete(identity);
  }

  #memoryOf(room: RoomId): RoomMemory {
    const memory = this.#rooms.get(room) ?? { texts: new Map(), authors: new Map() };
    remember(this.#rooms, room, memory, ROOMS);
    return memory;
  }
}

/** Keeps the newest; past the bound, what was used longest ago is forgotten. */
function remember<K, V>(map: Map<K, V>, key: K, value: V, bound: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= bound) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
