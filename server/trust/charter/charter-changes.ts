import { diffWordsWithSpace } from 'diff';
import type { Language } from '../../protocol/accounts/people.ts';
import type { Article, ArticleChange, TextPart } from '../../protocol/trust/charter.ts';

/** Past it an article counts as rewritten, so that no text keeps a process busy. */
const EDITS_MAX = 500;

/** The articles of `after`, each compared with `before`, then those that were removed. */
export function articleChanges(
  before: readonly Article[],
  after: readonly Article[],
  language: Language,
): ArticleChange[] {
  const known = new Map(before.map((article) => [article.id, article]));
  const kept = new Set(after.map(({ id }) => id));
  return [
    ...after.map((article) => changeOf(known.get(article.id), article, language)),
    ...before
      .filter(({ id }) => !kept.has(id))
      .map(({ id, title, text }) => ({
        id,
        title: title[language],
        titleParts: textParts(title[language], title[language]),
        change: 'removed' as const,
        parts: [{ kind: 'removed' as const, text: text[language] }],
      })),
  ];
}

function changeOf(before: Article | undefined, after: Article, language: Language): ArticleChange {
  const { id } = after;
  const title = after.title[language];
  const text = after.text[language];
  const titleParts = textParts(before?.title[language] ?? title, title);
  if (!before) return { id, title, titleParts, change: 'added', parts: [{ kind: 'added', text }] };
  const oldText = before.text[language];
  const isSame = oldText === text && before.title[language] === title;
  return { id, title, titleParts, change: isSame ? 'same' : 'changed', parts: textParts(oldText, text) };
}

function textParts(before: string, after: string): TextPart[] {
  if (before === after) return [{ kind: 'same', text: after }];
  const edits = diffWordsWithSpace(before, after, { maxEditLength: EDITS_MAX });
  if (!edits)
    return [
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ];
  return edits.map(({ added, removed, value }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}
