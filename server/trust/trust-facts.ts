/** Facts that trust commits to the outbox, by topic. They hold no words and no addresses; ids lead to those. */
export interface TrustFacts {
  /** A report was received. The fact's identity is its reporter; a report by the form has none. */
  'report.filed': { report: string; number: number };
  /** A report was found to be manifestly unfounded. The fact's identity is its reporter, who is told. */
  'report.unfounded': { number: number; limitedUntil: string | null };
}
