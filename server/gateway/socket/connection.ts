/**
 * One participant on one socket: identity, rights, and the current access. Access and rights are decided again whenever
 * a fact says that they may have changed, one decision at a time; the socket enters or leaves the room accordingly.
 */
import type { Socket } from 'socket.io';
import { permissionsNow, permissionsOf } from '../../accounts/tokens.ts';
import type { Participant, Permissions, TokenClaims } from '../../protocol/accounts/accounts.ts';
import type { WireError } from '../../protocol/errors.ts';
import type { RoomId, SessionId } from '../../protocol/ids.ts';
import type { ClientToServerEvents, Inside, ServerToClientEvents, Welcome } from '../../protocol/realtime.ts';
import type { Access, Room } from '../../protocol/rooms.ts';
import type { GrantedSession, PrepareInput } from '../../protocol/stage.ts';
import type { Admission } from '../../rooms/rooms.ts';
import type { StageCaller } from '../../stage/sessions/stage-caller.ts';

export type RoomSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Longest delay of a timer; a later expiry is checked again then. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** Slack after the expiry, so that the decision sees it as expired. */
const EXPIRY_SLACK_MS = 5;

/** What a client in the lobby has sent so that it can watch as soon as access is granted. */
export interface Prepared {
  input: PrepareInput;
  /** A transport without tracks; it may have ended. */
  session?: SessionId;
}

export interface ConnectionActions {
  decide(connection: Connection): Promise<Admission>;
  /** Reads the snapshot for an entering participant: chat entries after `since`, or the newest ones. */
  readSnapshot(connection: Connection, since: number | undefined): Promise<Inside>;
  /** Opens the session for which the client has prepared; undefined where it cannot be opened. */
  watch(connection: Connection, prepared: Prepared): Promise<GrantedSession | undefined>;
  /** Subscribes the socket to what only people inside get. Resolves once no event can be missed. */
  enter(connection: Connection): Promise<void>;
  /** The snapshot was sent: live updates follow from there. */
  settle(connection: Connection, inside: Inside): void;
  /** The role or the rights changed, and the participant was notified. */
  changeRights(connection: Connection): void;
  /** The participant lost access: ends media and chat. */
  leave(connection: Connection): Promise<void>;
  onError(error: unknown, connection: Connection): void;
}

export class Connection {
  readonly socket: RoomSocket;
  /** Claims of the token that opened the socket. Later tokens of the same person take effect with the next decision. */
  readonly claims: TokenClaims;
  participant: Participant;
  can: Required<Permissions>;
  /** Since when they have been a member of the creator's club. */
  memberSince: string | null = null;
  readonly roomId: RoomId;
  /** The last sequence number of the chat that the client says it has. */
  readonly since: number | undefined;
  /** Hash of the routers' capabilities that the client was built with. */
  readonly router: string | undefined;
  readonly address: string;
  access: Access = { state: 'refused' };
  readonly connectedAtMs = performance.now();
  closed = false;
  /** Closed on purpose by either side: no other socket will resume its media. */
  endedCleanly = false;
  prepared: Prepared | undefined;
  readonly #actions: ConnectionActions;
  #deciding: Promise<void> | undefined;
  #decideAgain = false;
  #welcomed = false;
  #expiryTimer: NodeJS.Timeout | undefined;

  constructor(options: {
    socket: RoomSocket;
    claims: TokenClaims;
    since: number | undefined;
    router?: string | undefined;
    address: string;
    actions: ConnectionActions;
  }) {
    const { claims } = options;
    this.socket = options.socket;
    this.participant = { identity: claims.sub, name: claims.name, role: claims.role };
    this.claims = claims;
    this.can = permissionsOf(claims);
    this.roomId = claims.room;
    this.since = options.since;
    this.router = options.router;
    this.address = options.address;
    this.#actions = options.actions;
  }

  get isInside(): boolean {
    return this.access.state === 'granted';
  }

  get stageCaller(): StageCaller {
    const { roomId: room, participant, socket, connectedAtMs, access, can, claims } = this;
    const { identity } = participant;
    const { iss: issuer, logeSession: signIn } = claims;
    return { room, identity, socket: socket.id, connectedAtMs, issuer, signIn, access, publish: can.publish };
  }

  /** The rights as they are sent to the client. */
  get rights(): Welcome['can'] {
    const { publish, chat, tip, moderate } = this.can;
    return { publish, chat, tip, moderate };
  }

  /** Makes the first decision and sends it with the welcome. Facts that arrive meanwhile are handled right after it. */
  async welcome(tell: (room: Room, inside: Inside | null) => Promise<void>): Promise<void> {
    this.#deciding = (async () => {
      const admission = await this.#actions.decide(this);
      const { room, access } = admission;
      if (this.closed) return;
      this.#setRights(admission);
      this.#setAccess(access);
      if (this.isInside) await this.#actions.enter(this);
      const inside = this.isInside ? await this.#actions.readSnapshot(this, this.since) : null;
      if (this.closed) return;
      await tell(room, inside);
      if (inside && !this.closed) this.#actions.settle(this, inside);
      this.#welcomed = true;
    })().finally(() => {
      this.#deciding = undefined;
    });
    await this.#deciding;
    if (this.#decideAgain) void this.reconsider();
  }

  /** Decides access again and applies the change. Calls during a decision are coalesced into one more after it. */
  async reconsider(): Promise<void> {
    if (this.closed) return;
    if (this.#deciding) {
      this.#decideAgain = true;
      return;
    }
    if (!this.#welcomed) return;
    this.#decideAgain = false;
    this.#deciding = this.#decideOnce()
      .catch((error) => this.#actions.onError(error, this))
      .finally(() => {
        this.#deciding = undefined;
        if (this.#decideAgain) void this.reconsider();
      });
    await this.#deciding;
  }

  async #decideOnce(): Promise<void> {
    const admission = await this.#actions.decide(this);
    const { access } = admission;
    if (this.closed) return;
    const wasInside = this.isInside;
    if (this.#setRights(admission)) {
      this.socket.emit('rooms:rightsChanged', { participant: this.participant, can: this.rights });
      this.#actions.changeRights(this);
    }
    const before = JSON.stringify(this.access);
    this.#setAccess(access);
    if (!wasInside && this.isInside) {
      await this.#actions.enter(this);
      // A client drops its chat when access ends, so there is nothing to resume from.
      const [inside, watching] = await Promise.all([
        this.#actions.readSnapshot(this, undefined),
        this.prepared && this.#actions.watch(this, this.prepared),
      ]);
      if (this.closed) return;
      this.socket.emit('rooms:accessGranted', { access, inside, ...(watching && { watching }) });
      this.#actions.settle(this, inside);
      return;
    }
    if (wasInside && !this.isInside) {
      // The reason is sent first, so that the client closes its side while the server ends the media.
      this.socket.emit('rooms:accessRevoked', { access });
      await this.#actions.leave(this);
      return;
    }
    if (!this.isInside && before !== JSON.stringify(access)) this.socket.emit('rooms:accessRevoked', { access });
  }

  /** True when the role or a right changed. */
  #setRights(admission: Admission): boolean {
    const before = JSON.stringify([this.participant, this.can]);
    this.participant = { ...this.participant, role: admission.role };
    this.can = permissionsNow(this.claims, admission);
    this.memberSince = admission.memberSince;
    return before !== JSON.stringify([this.participant, this.can]);
  }

  #setAccess(access: Access): void {
    this.access = access;
    clearTimeout(this.#expiryTimer);
    if (!access.until) return;
    const inMs = Date.parse(access.until) - Date.now() + EXPIRY_SLACK_MS;
    this.#expiryTimer = setTimeout(() => void this.reconsider(), Math.min(Math.max(inMs, 0), TIMER_MAX_MS));
  }

  /** Closes the socket and its media; the client may reconnect with another token. */
  dismiss({ code, message }: Pick<WireError, 'code' | 'message'>): void {
    this.socket.emit('rooms:goodbye', { code, message, reconnect: true });
    this.socket.disconnect(true);
  }

  /** The socket has closed. */
  close({ cleanly }: { cleanly: boolean }): void {
    this.closed = true;
    this.endedCleanly = cleanly;
    clearTimeout(this.#expiryTimer);
  }
}
