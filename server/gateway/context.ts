/** What the gateway works with; the composition root (`app.ts`) fills it. */
import type { Accounts } from '../accounts/accounts.ts';
import type { Tokens } from '../accounts/tokens.ts';
import type { Chat } from '../chat/chat.ts';
import type { Config } from '../config.ts';
import type { Events } from '../events/events.ts';
import type { Money } from '../money/money.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Outbox } from '../platform/outbox.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Stage } from '../stage/stage.ts';

export interface GatewayContext {
  config: Config;
  log: Log;
  metrics: Metrics;
  clock: Clock;
  db: Database;
  bus: Bus;
  outbox: Outbox;
  accounts: Accounts;
  tokens: Tokens;
  rooms: Rooms;
  money: Money;
  events: Events;
  chat: Chat;
  stage: Stage;
  /** Folder of the built browser code (`.build/client`). */
  clientDir: string;
}
