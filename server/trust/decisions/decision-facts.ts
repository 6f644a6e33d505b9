/** What a decision or an answer commits to the outbox, and whether it needs a second look. */
import type { NewFact } from '../../platform/outbox/outbox.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import type { SecondDecisionInput } from '../../protocol/trust/decisions.ts';
import { groundOf } from './decision-views.ts';
import { type AppealRow, type DecisionRow, measureOf, type StandingRow } from './decisions.store.ts';
import { appealUntil } from './review-rules.ts';

/** A stopped live is looked at by two people. */
export function owesSecondLook(made: DecisionRow, earlier: StandingRow | undefined): boolean {
  if (made.by === null || !measureOf(made, 'stop_live')) return false;
  const isSecond = earlier?.kind === 'provisional' && earlier.by !== null && earlier.by !== made.by;
  return !(isSecond && measureOf(earlier, 'stop_live'));
}

export function madeFact(made: DecisionRow): NewFact {
  const { id: decision, accused, kind, measures, reasons, language, automated, at } = made;
  const event =
    accused === null || isPersonId(accused)
      ? null
      : {
          ...{ decision, identity: accused, kind, measures, ground: groundOf(made), reasons, language, automated, at },
          appealUntil: kind === 'final' ? appealUntil(at) : null,
        };
  return { topic: 'decision.made', ...(accused !== null && { identity: accused }), data: { decision, event } };
}

export function answeredFact(
  { id, decision, by }: AppealRow,
  answer: Pick<SecondDecisionInput, 'outcome' | 'reasons' | 'language'>,
): NewFact {
  const event = by === null || isPersonId(by) ? null : { appeal: id, decision, identity: by, ...answer };
  return { topic: 'appeal.decided', ...(by !== null && { identity: by }), data: { appeal: id, event } };
}

/** For the person who was informed of a decision with measures. */
export function undoneFacts({ id: decision, accused, measures }: DecisionRow): NewFact[] {
  if (accused === null || measures.length === 0) return [];
  return [{ topic: 'decision.undone', identity: accused, data: { decision } }];
}

/**
 * In order for each measure of a case, whose new decision so holds before the earlier one ends; one that fails holds up
 * no other.
 */
export function dueFacts({ id, case: of, measures }: Pick<DecisionRow, 'id' | 'case' | 'measures'>): NewFact[] {
  return measures.map(({ kind }) => ({
    topic: 'measure.due',
    identity: `${of}:${kind}`,
    data: { decision: id, kind },
  }));
}
