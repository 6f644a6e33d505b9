/**
 * The policy of each room's chat: mode, word list, restrictions. Cached by version. The log, which locks the room's row
 * to append, detects outdated versions, and the bus announces changes to every gateway at once.
 */
import { isoOrNull } from '../../platform/clock.ts';
import { GatheredRead } from '../../platform/db/gathered-read.ts';
import { SharedRead } from '../../platform/db/shared-read.ts';
import { RecentMap } from '../../platform/recent-map.ts';
import type { ChatMessage } from '../../protocol/chat/chat.ts';
import type { ChatRestriction, RestrictionKind, WordRule } from '../../protocol/chat/chat-moderation.ts';
import { type ChatMode, type ChatPoll, type ChatState, REACTIONS } from '../../protocol/chat/chat-room.ts';
import { AppError } from '../../protocol/errors.ts';
import type { MessageId, RoomId } from '../../protocol/ids.ts';
import type { PersonInRoom, RestrictionRow, RestrictionsStore } from '../../rooms/restrictions/restrictions.store.ts';
import type { ChatStore } from '../log/chat.store.ts';
import type { PoliciesStore } from './policies.store.ts';
import { WordFilter } from './word-filter.ts';

const ROOMS_REMEMBERED = 5_000;
const PEOPLE_REMEMBERED = 10_000;
const WORD_LISTS_REMEMBERED = 1_000;
const RECHECK_MS = 500;

/** A restriction that was not lifted; it may have expired. */
export interface Restriction extends Omit<ChatRestriction, 'until'> {
  kind: RestrictionKind;
  reason: string;
  untilMs: number | null;
}

export interface RoomPolicy {
  room: RoomId;
  creator: string;
  version: number;
  mode: ChatMode;
  panic: boolean;
  linksAllowed: boolean;
  pinned: ChatMessage | null;
  poll: ChatPoll | null;
  words: WordFilter;
  /** Only of people who were looked up with this version. */
  restrictions: Map<string, Restriction[]>;
  readAtMs: number;
  /** Must be read again before its next use. */
  isOutdated: boolean;
}

const NO_RESTRICTION: ChatRestriction = { kind: null, scope: 'room', until: null, reason: null, byRole: null };

export class RoomPolicies {
  readonly #store: PoliciesStore;
  readonly #log: ChatStore;
  readonly #creatorOf: (room: RoomId) => Promise<string>;
  readonly #onChanged: (policy: RoomPolicy) => void;
  readonly #remembered = new RecentMap<RoomId, RoomPolicy>(ROOMS_REMEMBERED);
  readonly #reads: SharedRead<RoomId, RoomPolicy>;
  readonly #filters = new RecentMap<string, WordFilter>(WORD_LISTS_REMEMBERED);
  readonly #restrictions: GatheredRead<PersonInRoom, Restriction[]>;

  constructor(options: {
    store: PoliciesStore;
    restrictions: RestrictionsStore;
    log: ChatStore;
    creatorOf: (room: RoomId) => Promise<string>;
    /** The policy of a room in use here has changed. */
    onChanged: (policy: RoomPolicy) => void;
  }) {
    this.#store = options.store;
    this.#log = options.log;
    this.#creatorOf = options.creatorOf;
    this.#onChanged = options.onChanged;
    this.#reads = new SharedRead((room) => this.#read(room));
    this.#restrictions = new GatheredRead(async (people) => {
      const taken = await options.restrictions.findTaking('chat', people);
      return taken.map((rows) => rows.map(toRestriction));
    });
  }

  async get(room: RoomId): Promise<RoomPolicy> {
    const known = this.#remembered.get(room);
    return known && !known.isOutdated ? known : this.#reads.get(room);
  }

  /** Marks versions older than this one as outdated; reads again at once if the room is in use. */
  async outdate(room: RoomId, version: number): Promise<void> {
    const known = this.#remembered.get(room);
    if (!known || known.version >= version) return;
    known.isOutdated = true;
    await this.#reads.get(room);
  }

  /** Bus messages may have been lost: every cached policy is read again before its next use. */
  outdateAll(): void {
    for (const policy of this.#remembered.values()) policy.isOutdated = true;
  }

  /** Reads the policy again. */
  reread(room: RoomId): Promise<RoomPolicy> {
    return this.#reads.get(room);
  }

  /**
   * The policy to refuse by: reads it again if its change may have been missed, so that nobody is refused by an old one
   * for long.
   */
  async recheck(policy: RoomPolicy): Promise<RoomPolicy> {
    return performance.now() - policy.readAtMs < RECHECK_MS ? policy : this.#reads.get(policy.room);
  }

  /** Adds new votes to the cached totals until the next read. */
  noteVotes(room: RoomId, poll: string, votes: number[]): void {
    const known = this.#remembered.get(room)?.poll;
    if (known?.id !== poll) return;
    for (const option of known.options) option.votes = Math.max(option.votes, votes[option.id] ?? 0);
  }

  async #read(room: RoomId): Promise<RoomPolicy> {
    const readAtMs = performance.now();
    let row = await this.#store.read(room);
    if (!row) {
      await this.#store.open(room, await this.#creatorOf(room));
      row = await this.#store.read(room);
    }
    if (!row) throw new AppError('internal', `the chat of ${room} could not be opened`);
    const { slowModeSeconds, membersOnly, emojiOnly, paused } = row;
    const pinnedRow = row.pinned === null ? undefined : await this.#log.findMessage(room, row.pinned as MessageId);
    const policy: RoomPolicy = {
      room,
      creator: row.creator,
      version: row.version,
      mode: { slowModeSeconds, membersOnly, emojiOnly, paused },
      panic: row.panic,
      linksAllowed: row.linksAllowed,
      pinned: pinnedRow ? await this.#log.showMessage(pinnedRow) : null,
      poll: row.poll === null ? null : await this.#store.readPoll(row.poll),
      words: this.#filterOf(row.words),
      restrictions: new RecentMap(PEOPLE_REMEMBERED),
      readAtMs,
      isOutdated: false,
    };
    const known = this.#remembered.get(room);
    // A slow read must not replace a newer state.
    if (known && known.version > policy.version) return known;
    if (known?.version === policy.version) policy.restrictions = known.restrictions;
    this.#remembered.set(room, policy);
    if (known && known.version < policy.version) this.#onChanged(policy);
    return policy;
  }

  /** Rooms of one creator share one compiled list. */
  #filterOf(words: WordRule[]): WordFilter {
    const key = JSON.stringify(words);
    const known = this.#filters.get(key);
    if (known) return known;
    const filter = new WordFilter(words);
    this.#filters.set(key, filter);
    return filter;
  }

  /** A person's active restrictions under this policy, the strictest first. */
  async restrictionsOf(policy: RoomPolicy, identity: string, nowMs: number): Promise<Restriction[]> {
    let known = policy.restrictions.get(identity);
    if (!known) {
      known = await this.#restrictions.get({ creator: policy.creator, room: policy.room, identity });
      policy.restrictions.set(identity, known);
    }
    if (known.length === 0) return known;
    return known.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
  }

  async restrictionOf(room: RoomId, identity: string, nowMs: number): Promise<ChatRestriction> {
    const [first] = await this.restrictionsOf(await this.get(room), identity, nowMs);
    if (!first) return NO_RESTRICTION;
    const { kind, scope, untilMs, reason, byRole } = first;
    return { kind, scope, until: isoOrNull(untilMs), reason, byRole };
  }
}

export function stateOf(policy: RoomPolicy, nowMs: number): ChatState {
  const { version, mode, panic, pinned, poll, linksAllowed } = policy;
  return {
    version,
    mode,
    panic,
    pinned: pinned?.removed || pinned?.erased ? null : pinned,
    poll: poll && { ...poll, closed: isPollOver(poll, nowMs) },
    linksAllowed,
    reactionSet: [...REACTIONS],
  };
}

function isPollOver(poll: ChatPoll, nowMs: number): boolean {
  return poll.closed || (poll.closesAt !== null && Date.parse(poll.closesAt) <= nowMs);
}

function toRestriction({ kind, room, reason, byRole, until }: RestrictionRow): Restriction {
  const untilMs = until === null ? null : Date.parse(until);
  return { kind: kind as RestrictionKind, scope: room === null ? 'creator' : 'room', reason, byRole, untilMs };
}
