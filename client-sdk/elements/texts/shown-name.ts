import { ERASED_NAME } from '../../../server/protocol/accounts/erased-name.ts';
import type { ElementTexts } from './element-texts.ts';

/** A person's name; for an erased person, the word in the reader's language. Every shown name comes from here. */
export function shownName(
  person: { name?: string | undefined } | undefined,
  texts: Pick<ElementTexts, 'erasedPerson'>,
): string {
  return person?.name === ERASED_NAME ? texts.erasedPerson : (person?.name ?? '');
}
