/** Names of the Socket.IO rooms that gateways use; through the adapter each spans all gateways. */
import type { Server } from 'socket.io';
import type { RoomId } from '../../protocol/ids.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../protocol/realtime.ts';

export type SocketServer = Server<ClientToServerEvents, ServerToClientEvents>;

/** Everyone connected, with access or without. */
export const lobbyRoom = (room: RoomId) => `room:${room}`;
export const insideRoom = (room: RoomId) => `inside:${room}`;
/** A person's sockets in all rooms. */
export const identityRoom = (identity: string) => `identity:${identity}`;
/** People of a private session in a room: its creator, and the fan on their sockets in that room. */
export const creatorRoom = (room: RoomId) => `creator:${room}`;
export const personRoom = (room: RoomId, identity: string) => `person:${room}:${identity}`;
