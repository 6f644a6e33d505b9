import { ERASED_NAME } from '../../../server/protocol/accounts/erased-name.ts';
import type { ElementTexts } from './element-texts.ts';

/**
 * A person's name; for an erased person, and for null, who gave a tip anonymously, the word in the reader's language.
 * Every shown name comes from here.
 */
export function shownName(
  person: { name?: string | undefined } | undefined | null,
  texts: Pick<ElementTexts, 'erasedPerson' | 'somebody'>,
): string {
  if (person === null) return texts.somebody;
  return person?.name === ERASED_NAME ? texts.erasedPerson : (person?.name ?? '');
}
