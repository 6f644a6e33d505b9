/** What the HTTP side works with: the domains that it has routes for, and what it may know of the sockets. */
import type { RoomId } from '../protocol/ids.ts';
import type { GatewayContext } from './context.ts';

/** The stage is realtime only. */
export type HttpContext = Omit<GatewayContext, 'stage'>;

/** The realtime side, as HTTP sees it. */
export interface LiveView {
  /** How many fans are inside a room now. */
  viewerCount(room: RoomId): number;
  /** Why this process should get no new people (`draining`, `sfu: no worker`, …); empty when it is ready. */
  whyNotReady(): string[];
}
