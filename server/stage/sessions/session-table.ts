/** The media sessions that this gateway looks after, with participant and socket. */
import { FIRST_EPOCH } from '../../../sfu/contract.ts';
import type { RoomId, SessionId } from '../../protocol/ids.ts';

export interface SessionEntry {
  readonly session: SessionId;
  readonly room: RoomId;
  readonly identity: string;
  /** The API key of the token with which it was opened or resumed. */
  readonly issuer?: string | undefined;
  /** The session of the site that made this token. */
  readonly signIn?: string | undefined;
  /** The session's SFU node; undefined while it is being opened. */
  readonly node: string | undefined;
  readonly direction: 'publish' | 'watch';
  /** The session that it replaces if that session's media worker dies. Until then it is unused. */
  readonly spareOf: SessionId | undefined;
  /** A publisher's session that is not on stage yet. */
  readonly isPrepared: boolean;
  /** Absent while the participant is disconnected, or not connected yet. */
  readonly socket: string | undefined;
  /** When its latest socket connected. */
  readonly connectedAtMs: number;
  /** Without a socket: when the session ends unless it is resumed. */
  readonly orphanedUntilMs: number;
  /** Proves to the node that this gateway looks after the session. */
  readonly epoch: number;
  /** Whether media can flow, by the node's last event. */
  readonly connected: boolean;
  /** The publication of a publisher's session, if its page names one. */
  readonly publication: string | undefined;
}

type NewEntry = Pick<SessionEntry, 'session' | 'room' | 'identity' | 'issuer' | 'signIn' | 'direction' | 'socket'> & {
  /** For one without a socket. */
  orphanedUntilMs?: number | undefined;
  connectedAtMs?: number | undefined;
  node?: string;
  spareOf?: SessionId | undefined;
  isPrepared?: boolean;
  epoch?: number;
  connected?: boolean;
  publication?: string | undefined;
};

export class SessionTable {
  readonly #entries = new Map<SessionId, SessionEntry>();
  readonly #bySocket = new Map<string, Set<SessionId>>();
  readonly #byPerson = new Map<string, Set<SessionId>>();

  /**
   * Adds a session, or updates a known one, for the participant on this socket. A late request from a replaced socket
   * does not take the session from the newer socket.
   */
  add(entry: NewEntry): void {
    const earlier = this.#entries.get(entry.session);
    const added: SessionEntry = {
      node: undefined,
      spareOf: undefined,
      isPrepared: false,
      epoch: FIRST_EPOCH,
      connected: false,
      publication: undefined,
      ...entry,
      connectedAtMs: entry.connectedAtMs ?? 0,
      orphanedUntilMs: entry.orphanedUntilMs ?? Number.POSITIVE_INFINITY,
    };
    const isLate = earlier !== undefined && earlier.connectedAtMs > added.connectedAtMs;
    this.#set(isLate ? { ...added, ...holderOf(earlier) } : added);
  }

  /** The session was opened on this node. */
  place(session: SessionId, node: string): void {
    const entry = this.#entries.get(session);
    if (entry) this.#set({ ...entry, node });
  }

  /** A prepared session goes on stage. */
  putOnStage(session: SessionId, publication: string): void {
    const entry = this.#entries.get(session);
    if (entry) this.#set({ ...entry, isPrepared: false, publication });
  }

  setConnected(session: SessionId, connected: boolean): void {
    const entry = this.#entries.get(session);
    if (entry && entry.connected !== connected) this.#set({ ...entry, connected });
  }

  /** Publishers first: if they have to move, everybody else waits for them. */
  onNode(node: string): SessionEntry[] {
    const entries = [...this.#entries.values()].filter((entry) => entry.node === node);
    return entries.sort((a, b) => Number(b.direction === 'publish') - Number(a.direction === 'publish'));
  }

  /** A session has ended and its spare continues, even if its socket has just gone. False if the spare is unknown. */
  takeOver(session: SessionId, by: SessionId): boolean {
    const [entry, spare] = [this.#entries.get(session), this.#entries.get(by)];
    if (!entry || !spare) return false;
    const { node, epoch, connected } = spare;
    this.#set({ ...entry, session: by, node, epoch, connected });
    this.remove(session);
    return true;
  }

  get(session: SessionId): SessionEntry | undefined {
    return this.#entries.get(session);
  }

  all(): IterableIterator<SessionEntry> {
    return this.#entries.values();
  }

  /** Rooms whose publisher this gateway looks after, and the publication of each. */
  publishing(): Map<RoomId, string | undefined> {
    const rooms = new Map<RoomId, string | undefined>();
    for (const { room, direction, publication } of this.inUse())
      if (direction === 'publish') rooms.set(room, publication);
    return rooms;
  }

  *inUse(): Generator<SessionEntry> {
    for (const entry of this.#entries.values()) if (isInUse(entry)) yield entry;
  }

  ofSocket(socket: string | undefined): SessionEntry[] {
    return socket === undefined ? [] : this.#find(this.#bySocket.get(socket));
  }

  ofPerson(room: RoomId, identity: string): SessionEntry[] {
    return this.#find(this.#byPerson.get(personKey({ room, identity })));
  }

  count(direction: SessionEntry['direction']): number {
    let count = 0;
    for (const entry of this.inUse()) if (entry.direction === direction) count += 1;
    return count;
  }

  orphan(session: SessionId, untilMs: number): void {
    const entry = this.#entries.get(session);
    if (entry) this.#set({ ...entry, socket: undefined, orphanedUntilMs: untilMs });
  }

  remove(session: SessionId): SessionEntry | undefined {
    const entry = this.#entries.get(session);
    if (!entry) return undefined;
    this.#entries.delete(session);
    if (entry.socket !== undefined) unlink(this.#bySocket, entry.socket, session);
    unlink(this.#byPerson, personKey(entry), session);
    return entry;
  }

  #find(sessions: ReadonlySet<SessionId> = new Set()): SessionEntry[] {
    return [...sessions].flatMap((session) => this.#entries.get(session) ?? []);
  }

  #set(entry: SessionEntry): void {
    const earlier = this.#entries.get(entry.session)?.socket;
    if (earlier !== undefined && earlier !== entry.socket) unlink(this.#bySocket, earlier, entry.session);
    this.#entries.set(entry.session, entry);
    if (entry.socket !== undefined) link(this.#bySocket, entry.socket, entry.session);
    link(this.#byPerson, personKey(entry), entry.session);
  }
}

function holderOf({ socket, connectedAtMs, orphanedUntilMs, issuer, signIn }: SessionEntry) {
  return { socket, connectedAtMs, orphanedUntilMs, issuer, signIn };
}

/** Neither a spare nor a publisher's prepared session. */
export function isInUse({ spareOf, isPrepared }: SessionEntry): boolean {
  return spareOf === undefined && !isPrepared;
}

function personKey({ room, identity }: { room: RoomId; identity: string }): string {
  return JSON.stringify([room, identity]);
}

function link(index: Map<string, Set<SessionId>>, key: string, session: SessionId): void {
  const sessions = index.get(key) ?? new Set();
  sessions.add(session);
  index.set(key, sessions);
}

function unlink(index: Map<string, Set<SessionId>>, key: string, session: SessionId): void {
  const sessions = index.get(key);
  sessions?.delete(session);
  if (sessions?.size === 0) index.delete(key);
}
