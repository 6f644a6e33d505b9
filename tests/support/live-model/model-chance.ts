/** The choices of a schedule: drawn from its seed. */
export interface ModelChance {
  /** A whole number below the bound. */
  below: (bound: number) => number;
  pause: (maxMs: number) => Promise<void>;
}
