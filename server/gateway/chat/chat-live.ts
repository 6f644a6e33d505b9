/**
 * Everything of the chat that sockets get besides log entries: the room's state, messages to one person, aggregated
 * counts, the roster. It subscribes to chat news from all gateways and forwards it to the sockets of this gateway that
 * it concerns.
 */
import { CHAT_NEWS_TOPIC, type ChatNews } from '../../chat/chat-topics.ts';
import { RecentMap } from '../../platform/recent-map.ts';
import type { ChatState } from '../../protocol/chat/chat-room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { EventData, EventName } from '../../protocol/realtime.ts';
import type { GatewayContext } from '../context.ts';
import type { Connection } from '../socket/connection.ts';
import type { Presence } from '../socket/presence.ts';
import type { RoomHandlers } from '../socket/room-subscriptions.ts';
import { ChatAggregates, type Counts, REACTIONS_BUS_TOPIC } from './chat-aggregates.ts';
import { ChatRoster, ROSTER_BUS_TOPIC, type RosterMessage } from './chat-roster.ts';

const STATES_REMEMBERED = 5_000;

/** Emits to everyone inside a room at this gateway. */
export type EmitInside = <N extends EventName>(room: RoomId, event: N, data: EventData<N>) => void;

export class ChatLive {
  readonly roster: ChatRoster;
  readonly #aggregates: ChatAggregates;
  readonly #context: GatewayContext;
  readonly #presence: Presence;
  readonly #emitInside: EmitInside;
  readonly #onErased: (room: RoomId, identity: string) => void;
  /** Bus handlers for each room that has sockets here, by topic. */
  readonly busHandlers: RoomHandlers = {
    [ROSTER_BUS_TOPIC]: (room, message) => this.roster.handle(room, message as RosterMessage),
    [REACTIONS_BUS_TOPIC]: (room, message) => this.#aggregates.handle(room, message as Counts),
  };
  readonly #toldStates = new RecentMap<RoomId, string>(STATES_REMEMBERED);
  readonly #unsubscribe: (() => void)[];

  constructor(options: {
    context: GatewayContext;
    presence: Presence;
    emitInside: EmitInside;
    /** A person's entries in a room were erased. */
    onErased: (room: RoomId, identity: string) => void;
  }) {
    const { context, presence, emitInside } = options;
    const { bus, chat } = context;
    this.#context = context;
    this.#presence = presence;
    this.#emitInside = emitInside;
    this.#onErased = options.onErased;
    this.roster = new ChatRoster({
      bus,
      presence,
      onHands: (room, { count, hands }) => {
        emitInside(room, 'chat:hands', { count });
        for (const { socket } of this.#moderatorsOf(room)) socket.emit('chat:hands', { count, hands });
      },
    });
    this.#aggregates = new ChatAggregates({
      bus,
      onReactions: (room, counts) => emitInside(room, 'chat:reactions', { counts }),
      onVotes: (room, poll, votes) =>
        emitInside(room, 'chat:pollVotes', { poll: poll as EventData<'chat:pollVotes'>['poll'], votes }),
    });
    this.#unsubscribe = [
      bus.subscribe(CHAT_NEWS_TOPIC, (message) => this.#handleNews(message as ChatNews)),
      chat.onState((room, state) => this.#tellState(room, state)),
      bus.onRestored(() => this.#resendState()),
      bus.onMissed(() => this.#resendState()),
    ];
  }

  react(room: RoomId, emoji: string): void {
    this.#aggregates.react(room, emoji);
  }

  /** Sends what a new reader needs besides the snapshot they got on entering. */
  welcome(connection: Connection): void {
    const { roomId, can, socket, since } = connection;
    const { count, hands } = this.roster.hands(roomId);
    // A client that resumes may still show hands that were lowered meanwhile.
    if (count > 0 || since !== undefined) socket.emit('chat:hands', can.moderate ? { count, hands } : { count });
    if (can.moderate) this.#tellQueue(roomId, [connection]);
  }

  #handleNews(news: ChatNews): void {
    switch (news.type) {
      case 'person':
        this.#tellRestriction(news);
        return;
      case 'held':
        for (const { socket, roomId } of this.#presence.ofIdentity(news.identity)) {
          const { id, state, reason } = news;
          if (roomId === news.room) socket.emit('chat:held', { id, state, reason });
        }
        return;
      case 'mutes':
        for (const connection of this.#presence.ofIdentity(news.identity)) this.#tellMuted(connection);
        return;
      case 'queue':
        this.#tellQueue(news.room, this.#moderatorsOf(news.room));
        return;
      case 'votes':
        this.#aggregates.noteVotes(news.room, news.poll, news.votes);
        return;
      case 'erased': {
        const { identity, rooms } = news;
        this.roster.forget(identity);
        for (const room of rooms) {
          this.#onErased(room, identity);
          this.#emitInside(room, 'chat:erased', { identity });
        }
      }
    }
  }

  /**
   * Messages may have been lost: sends everyone inside the room's state, their own restriction, whom they have muted,
   * and what became of their held messages, and moderators the queue, as they are now.
   */
  #resendState(): void {
    const { chat } = this.#context;
    for (const room of this.#presence.openRooms()) {
      // `onState` sends the state to the room if it has changed.
      this.#quietly(room, async () => void (await chat.state(room)));
      this.#tellQueue(room, this.#moderatorsOf(room));
      for (const connection of this.#presence.inRoom(room)) {
        const { isInside, socket, participant } = connection;
        if (!isInside) continue;
        this.#tellMuted(connection);
        this.#quietly(room, async () => {
          socket.emit('chat:restriction', await chat.restrictionOf(room, participant.identity));
          for (const { id, state, reason } of await chat.held.reviewsOf(room, participant.identity)) {
            if (state !== 'held') socket.emit('chat:held', { id, state, reason });
          }
        });
      }
    }
  }

  /** Skips changes that are not visible to everyone, such as a new restriction. */
  #tellState(room: RoomId, state: ChatState): void {
    const { version: _, ...visible } = state;
    const key = JSON.stringify(visible);
    if (this.#toldStates.get(room) === key) return;
    this.#toldStates.set(room, key);
    this.#emitInside(room, 'chat:state', state);
  }

  #tellRestriction({ identity, creator, room }: { identity: string; creator: string; room: RoomId | null }): void {
    const { chat } = this.#context;
    for (const { roomId, socket } of this.#presence.ofIdentity(identity)) {
      if (room !== null && roomId !== room) continue;
      this.#quietly(roomId, async () => {
        if (room === null && (await chat.creatorOf(roomId)) !== creator) return;
        socket.emit('chat:restriction', await chat.rereadRestriction(roomId, identity));
      });
    }
  }

  #tellMuted({ isInside, roomId, socket, participant }: Connection): void {
    if (!isInside) return;
    this.#quietly(roomId, async () => {
      socket.emit('chat:muted', { muted: await this.#context.chat.mutes.list(participant.identity) });
    });
  }

  #tellQueue(room: RoomId, moderators: Connection[]): void {
    if (moderators.length === 0) return;
    this.#quietly(room, async () => {
      const waiting = await this.#context.chat.held.countWaiting(room);
      for (const { socket } of moderators) socket.emit('chat:queueChanged', { waiting });
    });
  }

  #moderatorsOf(room: RoomId): Connection[] {
    return this.#presence.inRoom(room).filter(({ isInside, can }) => isInside && can.moderate);
  }

  #quietly(room: RoomId, tell: () => Promise<void>): void {
    tell().catch((error) => this.#context.log.error({ err: error, room }, 'chat news not told'));
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#aggregates.close();
    this.roster.close();
  }
}
