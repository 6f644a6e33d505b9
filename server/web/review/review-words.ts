/** What the parts of the review say in the same words. */
import type { Language } from '../../protocol/accounts/people.ts';
import type { MeasureKind } from '../../protocol/trust/decisions.ts';
import { formatMoment } from '../site/dates.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

/** Measures that may end by themselves. */
export const TIMED: ReadonlySet<MeasureKind> = new Set(['mute', 'suspend_account']);

/** The choices of a field, all or `names`, from their words. */
export function optionsOf<Name extends string>(
  words: Readonly<Record<Name, string>>,
  names: readonly Name[] = Object.keys(words) as Name[],
): { value: Name; label: string }[] {
  return names.map((value) => ({ value, label: words[value] }));
}

/** With the end of those that may have one. */
export function measuresInWords(
  measures: readonly { kind: MeasureKind; until?: string | null | undefined }[],
  texts: SiteTexts['review'],
  language: Language,
): string {
  const end = (until: string | null | undefined) =>
    until ? texts.untilMoment(formatMoment(until, language)) : texts.noEnd;
  const words = measures.map(({ kind, until }) =>
    TIMED.has(kind) ? `${texts.measure[kind]} (${end(until)})` : texts.measure[kind],
  );
  return words.join(', ') || texts.nothing;
}
