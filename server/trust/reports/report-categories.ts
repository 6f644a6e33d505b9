import type { ReportCategory } from '../../protocol/trust/reports.ts';

/** The article of the charter that a category stands for, by its id. Where the charter has no such article: none. */
export const ARTICLE_OF: Readonly<Record<ReportCategory, string | null>> = {
  harassment: 'conduct',
  hate: 'law',
  sexual: 'law',
  minors: 'law',
  violence: 'law',
  self_harm: 'law',
  privacy: 'conduct',
  fraud: 'law',
  spam: 'conduct',
  consent: 'content',
  illegal: 'law',
  other: null,
};
