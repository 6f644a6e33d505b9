/** Random choices of a schedule, drawn from its seed. */
export interface ModelChance {
  /** An integer below the bound. */
  below: (bound: number) => number;
  pause: (maxMs: number) => Promise<void>;
}
