/**
 * A creator's word list, compiled once. Whole words are compared, in every reading; `*` in a pattern matches further
 * letters. A repeated letter must occur at least as often as in the pattern.
 */

import { foldText, foldWords, type Word } from '../../platform/text/text-folding.ts';
import type { WordAction, WordRule } from '../../protocol/chat/chat-moderation.ts';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { type PatternId, WordMatcher, type WordPattern } from './word-matcher.ts';

export interface WordVerdict {
  action: WordAction;
  /** The rule that decided, as the creator wrote it. */
  pattern: string;
  /** The text with the words of `replace` rules masked. */
  text: string;
}

interface CompiledRule {
  rule: WordRule;
  /** Position in the list: the first of several rules with equal actions decides. */
  index: number;
  /** One word, or a phrase. */
  patterns: PatternId[];
}

interface MatchedWord extends Word {
  patterns: Set<PatternId>;
  /** The index of the word that follows in the text. */
  next: number;
}

const SEVERITY: Record<WordAction, number> = { replace: 0, hold: 1, refuse: 2 };
const MASK = '***';
/** `i`, `l` and their look-alikes are treated as one letter. */
const ALIKE = /l/g;
const SPACES = /\s+/;

export class WordFilter {
  readonly #matcher = new WordMatcher();
  readonly #rulesByFirstPattern = new Map<PatternId, CompiledRule[]>();

  /** Throws `invalid_request` for a pattern without letters. */
  constructor(rules: readonly WordRule[]) {
    rules.forEach((rule, index) => {
      const patterns = parsePattern(rule.pattern).map((pattern) => this.#matcher.add(pattern));
      const [first] = patterns as [PatternId];
      const beginAlike = this.#rulesByFirstPattern.get(first) ?? [];
      beginAlike.push({ rule, index, patterns });
      this.#rulesByFirstPattern.set(first, beginAlike);
    });
  }

  get isEmpty(): boolean {
    return this.#rulesByFirstPattern.size === 0;
  }

  /** The strictest rule that matches; undefined if none does. */
  judge(text: string): WordVerdict | undefined {
    if (this.isEmpty) return undefined;
    const words = this.#matchWords(text);
    let sternest: CompiledRule | undefined;
    /** End of each masked range, by its start. */
    const masked = new Map<number, number>();
    const wordsByPattern = groupByPattern(words);
    for (const [first, starts] of wordsByPattern) {
      for (const rule of this.#rulesByFirstPattern.get(first) ?? []) {
        const isReplaced = rule.rule.action === 'replace';
        if (!isReplaced && sternest !== undefined && !isSterner(rule, sternest)) continue;
        if (!rule.patterns.every((pattern) => wordsByPattern.has(pattern))) continue;
        for (const start of starts) {
          const end = findPhraseEnd(words, start, rule.patterns);
          if (end === undefined) continue;
          if (sternest === undefined || isSterner(rule, sternest)) sternest = rule;
          if (!isReplaced) break;
          masked.set(start.start, Math.max(end, masked.get(start.start) ?? 0));
        }
      }
    }
    return sternest && { action: sternest.rule.action, pattern: sternest.rule.pattern, text: mask(text, masked) };
  }

  /** The words of a text by position, with the patterns that each matches. */
  #matchWords(text: string): MatchedWord[] {
    const words = foldWords(text)
      .map((word) => ({ ...word, patterns: new Set<PatternId>(), next: 0 }))
      .toSorted((a, b) => a.start - b.start || a.end - b.end);
    for (const word of words) for (const form of word.forms) this.#matcher.match(alike(form), word.patterns);
    let next = words.length;
    for (const word of words.toSorted((a, b) => b.end - a.end)) {
      while (next > 0 && (words[next - 1]?.start ?? 0) >= word.end) next -= 1;
      word.next = next;
    }
    return words;
  }
}

function groupByPattern(words: MatchedWord[]): Map<PatternId, MatchedWord[]> {
  const grouped = new Map<PatternId, MatchedWord[]>();
  for (const word of words) {
    for (const pattern of word.patterns) {
      const group = grouped.get(pattern);
      if (group) group.push(word);
      else grouped.set(pattern, [word]);
    }
  }
  return grouped;
}

const alike = (form: string) => form.replace(ALIKE, 'i');

function isSterner(a: CompiledRule, b: CompiledRule): boolean {
  return (
    SEVERITY[a.rule.action] - SEVERITY[b.rule.action] > 0 || (a.rule.action === b.rule.action && a.index < b.index)
  );
}

function parsePattern(pattern: string): WordPattern[] {
  const words = pattern.split(SPACES).filter(Boolean).map(parseWord);
  if (words.length > LIMITS.wordPatternWords) {
    throw new AppError('word_pattern_invalid', `A phrase may have ${LIMITS.wordPatternWords} words at most.`);
  }
  if (words.length === 0) throw new AppError('word_pattern_invalid', `No letters to match in "${pattern}".`);
  return words;
}

function parseWord(word: string): WordPattern {
  const opensStart = word.startsWith('*');
  const opensEnd = word.length > 1 && word.endsWith('*');
  const bare = word.slice(opensStart ? 1 : 0, opensEnd ? -1 : undefined);
  // Signs between letters of a pattern stand for letters, as in a message.
  const letters = alike(longest(foldWords(bare)) || foldText(bare));
  if (letters === '' || ((opensStart || opensEnd) && [...letters].length < 3)) {
    throw new AppError(
      'word_pattern_invalid',
      `The pattern "${word}" would be met by nearly everything, or by nothing.`,
    );
  }
  return { letters, opensStart, opensEnd };
}

function longest(words: Word[]): string {
  return words.reduce((best, { forms: [form = ''] }) => (form.length > best.length ? form : best), '');
}

/** The end of a phrase that begins with this word; undefined if its other words do not follow. */
function findPhraseEnd(words: MatchedWord[], first: MatchedWord, patterns: PatternId[]): number | undefined {
  let last = first;
  for (const pattern of patterns.slice(1)) {
    const following = findAt(words, last.next, pattern);
    if (!following) return undefined;
    last = following;
  }
  return last.end;
}

/** The shortest word at this position that matches the pattern. */
function findAt(words: MatchedWord[], from: number, pattern: PatternId): MatchedWord | undefined {
  const start = words[from]?.start;
  for (let at = from; words[at]?.start === start; at += 1) {
    const word = words[at];
    if (word === undefined || word.patterns.has(pattern)) return word;
  }
  return undefined;
}

function mask(text: string, masked: ReadonlyMap<number, number>): string {
  let result = text;
  let from = text.length + 1;
  // From the end, so that earlier positions stay valid; ranges inside a masked one are skipped.
  for (const [start, end] of [...masked].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])) {
    if (start >= from) continue;
    result = result.slice(0, start) + MASK + result.slice(Math.min(end, from));
    from = start;
  }
  return result;
}
