/** The room's shared goal, tip menu and leaderboard. */
import type {
  Goal,
  Leaderboard,
  MenuRequest,
  TipMenu,
  TipMenuItem,
  TippingState,
} from '../../../server/protocol/money/tipping.ts';
import type { Connection } from '../connection/connection.ts';
import type { RoomEventMap } from '../events.ts';

type TippingEventName = 'goalProgress' | 'goalCleared' | 'tipMenuChanged' | 'tipRequestsChanged';
export type TippingEmit = <N extends TippingEventName>(name: N, payload: RoomEventMap[N]) => void;

const NO_REQUESTS: readonly MenuRequest[] = [];
const NO_ITEMS: readonly TipMenuItem[] = [];

/** @internal Emits one event per change, even when the server sends the same state twice. */
export class Tipping {
  readonly #connection: Pick<Connection, 'request'>;
  readonly #emit: TippingEmit;
  #goal: Goal | null = null;
  #menu: TipMenu | null = null;
  #requests = NO_REQUESTS;

  /** @internal */
  constructor(connection: Pick<Connection, 'request'>, emit: TippingEmit) {
    this.#connection = connection;
    this.#emit = emit;
  }

  get goal(): Goal | null {
    return this.#goal;
  }

  get menu(): readonly TipMenuItem[] {
    return this.#menu?.items ?? NO_ITEMS;
  }

  get requests(): readonly MenuRequest[] {
    return this.#requests;
  }

  handleState({ goal, menu }: TippingState): void {
    this.handleGoal(goal);
    this.handleMenu(menu);
  }

  handleGoal(goal: Goal | null): void {
    const before = this.#goal;
    if (JSON.stringify(before) === JSON.stringify(goal)) return;
    this.#goal = goal;
    if (goal) this.#emit('goalProgress', goal);
    else if (before) this.#emit('goalCleared', { id: before.id });
  }

  handleMenu(menu: TipMenu): void {
    if (JSON.stringify(this.menu) === JSON.stringify(menu.items)) return;
    this.#menu = menu;
    this.#emit('tipMenuChanged', menu.items);
  }

  handleRequests(requests: readonly MenuRequest[]): void {
    if (JSON.stringify(this.#requests) === JSON.stringify(requests)) return;
    this.#requests = requests;
    this.#emit('tipRequestsChanged', requests);
  }

  async refreshRequests(): Promise<void> {
    this.handleRequests((await this.#connection.request('money:requests', {})).requests);
  }

  async settleRequest(request: { tip: MenuRequest['tip']; outcome: 'done' | 'undone' }): Promise<MenuRequest> {
    const settled = await this.#connection.request('money:settleRequest', request);
    if (settled.state !== 'open') this.handleRequests(this.#requests.filter(({ tip }) => tip !== settled.tip));
    return settled;
  }

  /** Access has ended: goal and menu are visible only inside. */
  close(): void {
    this.handleGoal(null);
    this.#menu = null;
  }

  leaderboard(limit?: number): Promise<Leaderboard> {
    return this.#connection.request('money:leaderboard', limit === undefined ? {} : { limit });
  }

  async setGoal(goal: { title: string; targetMinor: number }): Promise<Goal> {
    const answer = await this.#connection.request('money:setGoal', goal);
    this.handleGoal(answer.goal);
    return answer.goal;
  }

  async clearGoal(): Promise<void> {
    await this.#connection.request('money:clearGoal', {});
    this.handleGoal(null);
  }

  async setMenu(items: readonly TipMenuItem[]): Promise<readonly TipMenuItem[]> {
    const menu = await this.#connection.request('money:setTipMenu', { items: [...items] });
    this.handleMenu(menu);
    return menu.items;
  }
}
