/** What the gateway works with; the composition root (`app.ts`) fills it. */
import type { Accounts } from '../accounts/accounts.ts';
import type { ApiKeys } from '../accounts/api-keys.ts';
import type { DeskSessions } from '../accounts/desk-sessions.ts';
import type { Tokens } from '../accounts/tokens.ts';
import type { Chat } from '../chat/chat.ts';
import type { Config } from '../config.ts';
import type { Money } from '../money/money.ts';
import type { ParticipantData } from '../participant-data.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { HeadCounts } from '../platform/head-counts.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { FactTail } from '../platform/outbox/fact-tail.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { RedisParts } from '../platform/redis/redis-parts.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Stage } from '../stage/stage.ts';
import type { Events } from '../webhooks/webhooks.ts';

export interface GatewayContext {
  config: Config;
  /** Names this process among the gateways of the house. */
  gateway: string;
  log: Log;
  metrics: Metrics;
  clock: Clock;
  db: Database;
  bus: Bus;
  /** Facts of other gateways, from the database, while the bus does not carry them. */
  factTail: FactTail;
  headCounts: HeadCounts;
  /** Absent where this is the only gateway. */
  redis?: RedisParts | undefined;
  outbox: Outbox;
  accounts: Accounts;
  deskSessions: DeskSessions;
  apiKeys: ApiKeys;
  tokens: Tokens;
  participantData: ParticipantData;
  rooms: Rooms;
  money: Money;
  events: Events;
  chat: Chat;
  stage: Stage;
  /** Folder of the built browser code (`.build/client`). */
  clientDir: string;
}

/** What the HTTP side works with: the stage and who is connected are realtime only. */
export type HttpContext = Omit<GatewayContext, 'stage' | 'factTail' | 'headCounts' | 'gateway'>;

/** The realtime side, as HTTP sees it. */
export interface LiveView {
  /** How many fans are inside a room now, over all gateways. */
  viewerCount(room: RoomId): Promise<number>;
  /** Why this process should get no new people (`draining`, `sfu: no worker`, …); empty when it is ready. */
  whyNotReady(): string[];
}
