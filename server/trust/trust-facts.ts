/** Facts that trust commits to the outbox, by topic. They hold no words and no addresses; ids lead to those. */
import type { Language } from '../protocol/people.ts';

export interface TrustFacts {
  /**
   * A report was received. The fact's identity is its reporter. A report by the form has none: `language` is that of
   * the page, null where its contact must not be written to.
   */
  'report.filed': { report: string; number: number; language: Language | null };
  /** A report was found to be made in bad faith. The fact's identity is its reporter, who is told. */
  'report.unfounded': { number: number; limitedUntil: string | null };
}
