/**
 * The facts of decisions on reports that people of the house, and senders of reports by the form, get a letter about
 * (`fact-letters.ts` sends them).
 */
import type { LettersOf } from './fact-letters.ts';
import type { Decisions } from './trust/decisions/decisions.ts';

interface DecisionLettersOptions {
  publicUrl: string;
  /** The page of a report by the form. */
  reportLinkOf(report: string): string;
}

export function decisionLetters(
  { statements }: Pick<Decisions, 'statements'>,
  { publicUrl, reportLinkOf }: DecisionLettersOptions,
): LettersOf {
  const link = `${publicUrl}/reports`;
  return {
    'decision.made': async ({ decision }, { identity }) => {
      const made = await statements.find(decision);
      if (!identity || !made) return undefined;
      const { measures, reasons, automated, holdsPayouts, appealUntil, ground, title } = made;
      const law = 'law' in ground ? ground.law : ground.article;
      return {
        identity,
        template: 'decision',
        data: {
          measures: measures.map(({ kind, until }) => ({ kind, until })),
          ground: title ?? { en: law, fr: law },
          ...{ reasons, automated, holdsPayouts, appealUntil, link },
        },
      };
    },
    'decision.undone': (_, { identity }) =>
      identity ? { identity, template: 'decision-undone', data: { link } } : undefined,
    'report.decided': ({ report, ...decided }, { identity }) => ({
      ...(identity ? { identity } : { report }),
      template: 'report-decided',
      data: { ...decided, isByForm: !identity, link: identity ? link : reportLinkOf(report) },
    }),
    'appeal.decided': async ({ appeal: id }, { identity }) => {
      const appeal = await statements.findAppeal(id);
      if (!appeal?.outcome) return undefined;
      const { outcome, reasons, report, kind } = appeal;
      return {
        ...(identity ? { identity } : report && { report }),
        template: 'appeal-decided',
        data: {
          granted: outcome === 'granted',
          isByReporter: kind === 'reporter',
          reasons: reasons ?? '',
          link: report === null ? link : reportLinkOf(report),
        },
      };
    },
  };
}
