/** What the gateway works with; the composition root (`app.ts`) fills it. */
import type { Response } from 'express';
import type { Config } from '../config.ts';
import type { Domains, Platform } from '../domains.ts';
import type { HeadCounts } from '../platform/head-counts.ts';
import type { FactTail } from '../platform/outbox/fact-tail.ts';
import type { RedisParts } from '../platform/redis/redis-parts.ts';
import type { TokenClaims } from '../protocol/accounts/accounts.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Access } from '../protocol/rooms.ts';
import type { WatchAheadAnswer, WatchInput } from '../protocol/stage.ts';
import type { Stage } from '../stage/stage.ts';
import type { ClaimLimits } from './rate-limits.ts';

export interface GatewayContext extends Platform, Domains {
  config: Config;
  /** Id of this process among the gateways. */
  gateway: string;
  /** Facts of other gateways, from the database, while the bus does not carry them. */
  factTail: FactTail;
  headCounts: HeadCounts;
  /** Absent where this is the only gateway. */
  redis?: RedisParts | undefined;
  stage: Stage;
  claimLimits: ClaimLimits;
  /** Folder of the built browser code (`.build/client`). */
  clientDir: string;
}

/** The dependencies of the HTTP side; stage and connections belong to the realtime side. */
export type HttpContext = Omit<GatewayContext, 'stage' | 'factTail' | 'headCounts' | 'gateway'>;

/** A participant's token, and the access that it had when the request was admitted. */
export interface Admitted {
  claims: TokenClaims;
  access: Access;
}

/** The realtime side, as HTTP sees it. */
export interface LiveView {
  /** How many fans are inside a room now, over all gateways. */
  viewerCount(room: RoomId): Promise<number>;
  /** Opens a media session for a viewer whose socket is still being opened; it ends if they do not get the answer. */
  watchAhead(viewer: Admitted, input: WatchInput, response: Response): Promise<WatchAheadAnswer>;
  isDraining(): boolean;
  /** Dependencies that this process cannot reach (`redis: unreachable`, `sfu: no media worker`). */
  unreachableDependencies(): string[];
}
