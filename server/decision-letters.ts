/** The facts of decisions on reports that people of the house get a letter about (`money-letters.ts` sends them). */
import type { LettersOf } from './money-letters.ts';
import type { Decisions } from './trust/decisions/decisions.ts';

export function decisionLetters({ statements }: Pick<Decisions, 'statements'>, publicUrl: string): LettersOf {
  const link = `${publicUrl}/reports`;
  return {
    'decision.made': async ({ decision }, { identity }) => {
      const made = await statements.find(decision);
      if (!identity || !made) return undefined;
      const { measures, reasons, automated, appealUntil, ground, title } = made;
      const law = 'law' in ground ? ground.law : ground.article;
      return {
        identity,
        template: 'decision',
        data: {
          measures: measures.map(({ kind }) => kind),
          ground: title ?? { en: law, fr: law },
          ...{ reasons, automated, appealUntil, link },
        },
      };
    },
    'decision.undone': (_, { identity }) =>
      identity ? { identity, template: 'decision-undone', data: { link } } : undefined,
    'report.decided': ({ number, acted, isChanged }, { identity }) =>
      identity ? { identity, template: 'report-decided', data: { number, acted, isChanged, link } } : undefined,
    'appeal.decided': async ({ appeal: id }, { identity }) => {
      const appeal = await statements.findAppeal(id);
      if (!identity || !appeal?.outcome) return undefined;
      const { outcome, reasons } = appeal;
      return {
        identity,
        template: 'appeal-decided',
        data: { granted: outcome === 'granted', reasons: reasons ?? '', link },
      };
    },
  };
}
