/** What the parts of the committee's cases say in the same words. */
import type { CasePerson } from '../../protocol/trust/committee-cases.ts';
import type { MeasureKind } from '../../protocol/trust/decisions.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

type Texts = SiteTexts['seatCases'];
/** Of the articles that decisions cite, by `version#article`. */
export type ArticleTitles = ReadonlyMap<string, { en: string; fr: string }>;

export function measuresOf(measures: readonly MeasureKind[], texts: Texts): string {
  return measures.map((kind) => texts.measures[kind]).join(', ') || texts.noMeasure;
}

/** `Person 2 (reported it)`. */
export function personOf(number: number | null, people: readonly CasePerson[], texts: Texts): string {
  if (number === null) return texts.unknown;
  const known = people.find((person) => person.number === number);
  const name = texts.person(number);
  return known ? texts.withPart(name, texts.parts[known.part]) : name;
}
