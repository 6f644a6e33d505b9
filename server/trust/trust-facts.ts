import type { EventPayload } from '../protocol/events.ts';
import type { PublicText } from '../protocol/trust/committee.ts';
import type { MeasureKind } from '../protocol/trust/decisions.ts';

/** Facts that trust commits to the outbox, by topic. They hold no words and no addresses; ids lead to those. */
export interface TrustFacts {
  /** A report was received. The fact's identity is its reporter; a report by the form has none. */
  'report.filed': { report: string; number: number };
  /** A report was found to be manifestly unfounded. The fact's identity is its reporter, who is told. */
  'report.unfounded': { number: number; limitedUntil: string | null };
  /** Something is to be done or undone, as the decision stands then. The identity orders the facts of one measure. */
  'measure.due': { decision: string; kind: MeasureKind };
  /** A decision with measures; the fact names the accused. `event` is for embedders, about their people. */
  'decision.made': { decision: string; event: EventPayload<'decision.made'> | null };
  /** A second look or a later decision has ended all measures of one; the fact names the accused. */
  'decision.undone': { decision: string };
  /** The house has decided, or decided anew, about a report. The fact's identity is its reporter; by the form: none. */
  'report.decided': { report: string; number: number; acted: boolean; isChanged: boolean };
  /** What the committee and the management tell each other; `by`: until when something is owed. */
  'committee.news': {
    what: 'vote_called' | 'opinion_adopted' | 'opinion_answered' | 'alarm' | 'alarm_to_operators';
    title: PublicText;
    by: string | null;
    /** While its drafts are secret: members who may not read this case are not told. */
    case: string | null;
  };
  /** The fact names who appealed; nobody where it was the sender of a report by the form. */
  'appeal.decided': { appeal: string; event: EventPayload<'appeal.decided'> | null };
}
