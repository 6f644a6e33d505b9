/** What the HTTP side works with: the domains that it has routes for, and what it may know of the sockets. */
import type { RoomId } from '../protocol/ids.ts';
import type { GatewayContext } from './context.ts';

/** Stage, chat and who is connected are realtime only. */
export type HttpContext = Omit<GatewayContext, 'stage' | 'chat' | 'factTail' | 'headCounts' | 'gateway'>;

/** The realtime side, as HTTP sees it. */
export interface LiveView {
  /** How many fans are inside a room now, over all gateways. */
  viewerCount(room: RoomId): Promise<number>;
  /** Why this process should get no new people (`draining`, `sfu: no worker`, …); empty when it is ready. */
  whyNotReady(): string[];
}
