/**
 * A creator's list of words, compiled once and asked for every message. Words are compared whole, by every form in which they could be
 * read; `*` in a pattern stands for more letters. A letter that is repeated counts as written at least as often as the pattern has it.
 */

import type { WordAction, WordRule } from '../protocol/chat-moderation.ts';
import { AppError } from '../protocol/errors.ts';
import { foldText, foldWords, type Word } from './text-folding.ts';

export interface WordVerdict {
  action: WordAction;
  /** The rule that decided, as the creator wrote it. */
  pattern: string;
  /** The text with every word of a `replace` rule masked. */
  text: string;
}

interface CompiledRule {
  rule: WordRule;
  words: RegExp[];
  /** The letter that its first word begins with; undefined when that can be any. */
  initial: string | undefined;
}

interface CompiledWord {
  regexp: RegExp;
  initial: string | undefined;
}

const SEVERITY: Record<WordAction, number> = { replace: 0, hold: 1, refuse: 2 };
const MASK = '***';
/** `i`, `l` and their stand-ins cannot be told apart, so they are one letter on both sides. */
const ALIKE = /[l]/g;
const REGEXP_CHARS = /[.*+?^${}()|[\]\\]/g;

export class WordFilter {
  readonly #rules: CompiledRule[];

  /** Throws `invalid_request` for a pattern in which there is nothing to look for. */
  constructor(rules: readonly WordRule[]) {
    this.#rules = rules.map((rule) => {
      const words = compilePattern(rule.pattern);
      return { rule, words: words.map(({ regexp }) => regexp), initial: words[0]?.initial };
    });
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** The sternest rule that the text meets; undefined when it meets none. */
  judge(text: string): WordVerdict | undefined {
    if (this.isEmpty) return undefined;
    const words = foldWords(text).map((word) => ({ ...word, forms: word.forms.map(alike) }));
    let sternest: WordRule | undefined;
    const masked: Word[] = [];
    // Most rules of a long list begin with a letter that no word here begins with: they need no closer look.
    const initials = new Set(words.flatMap(({ forms }) => forms.map(initialOf)));
    for (const { rule, words: patterns, initial } of this.#rules) {
      if (initial !== undefined && !initials.has(initial)) continue;
      const found = findPhrase(words, patterns);
      if (found.length === 0) continue;
      if (rule.action === 'replace') masked.push(...found);
      if (!sternest || SEVERITY[rule.action] > SEVERITY[sternest.action]) sternest = rule;
    }
    return sternest && { action: sternest.action, pattern: sternest.pattern, text: mask(text, masked) };
  }
}

const alike = (form: string) => form.replace(ALIKE, 'i');

function initialOf(form: string): string | undefined {
  const [first] = form;
  return first;
}

function compilePattern(pattern: string): CompiledWord[] {
  const words = pattern.split(/\s+/).filter(Boolean).map(compileWord);
  if (words.length === 0) throw new AppError('invalid_request', `There is nothing to look for in "${pattern}".`);
  return words;
}

function compileWord(word: string): CompiledWord {
  const opensStart = word.startsWith('*');
  const opensEnd = word.length > 1 && word.endsWith('*');
  const bare = word.slice(opensStart ? 1 : 0, opensEnd ? -1 : undefined);
  // Signs between the letters of a pattern stand for letters, as they do in a message.
  const folded = alike(longest(foldWords(bare)) || foldText(bare));
  if (folded === '' || ((opensStart || opensEnd) && [...folded].length < 3)) {
    throw new AppError('invalid_request', `The pattern "${word}" would be met by nearly everything, or by nothing.`);
  }
  const runs = [...folded.matchAll(/(.)\1*/gsu)].map(([run, letter = '']) => {
    const length = [...run].length;
    const escaped = letter.replace(REGEXP_CHARS, '\\$&');
    return length === 1 ? `${escaped}+` : `${escaped}{${length},}`;
  });
  return {
    regexp: new RegExp(`^${opensStart ? '.*' : ''}${runs.join('')}${opensEnd ? '.*' : ''}$`, 'su'),
    initial: opensStart ? undefined : initialOf(folded),
  };
}

function longest(words: Word[]): string {
  return words.reduce((best, { forms: [form = ''] }) => (form.length > best.length ? form : best), '');
}

/** Where the words of a phrase stand one after the other, each found as a span. */
function findPhrase(words: Word[], patterns: RegExp[]): Word[] {
  const [first, ...rest] = patterns;
  if (!first) return [];
  const starts = words.filter((word) => matches(word, first));
  if (rest.length === 0) return starts;
  return starts.flatMap((start) => {
    let last: Word = start;
    for (const pattern of rest) {
      const from = last.end;
      const next = words.filter((word) => word.start >= from).toSorted((a, b) => a.start - b.start || a.end - b.end);
      const following = next.find((word) => word.start === next[0]?.start && matches(word, pattern));
      if (!following) return [];
      last = following;
    }
    return [{ forms: [], start: start.start, end: last.end }];
  });
}

const matches = (word: Word, pattern: RegExp) => word.forms.some((form) => pattern.test(form));

function mask(text: string, words: Word[]): string {
  let masked = text;
  let from = text.length + 1;
  // From the end, so that earlier places stay where they are; what lies in a place that is masked already is masked with it.
  for (const { start, end } of words.toSorted((a, b) => b.end - a.end || a.start - b.start)) {
    if (start >= from) continue;
    masked = masked.slice(0, start) + MASK + masked.slice(Math.min(end, from));
    from = start;
  }
  return masked;
}
