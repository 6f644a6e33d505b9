import { ERASED_NAME } from '../../../server/protocol/accounts/erased-name.ts';
import type { ElementTexts } from './english.ts';

/** A person's name; of somebody who was erased, in the reader's language. */
export function shownName({ name }: { name: string }, { erasedPerson }: ElementTexts): string {
  return name === ERASED_NAME ? erasedPerson : name;
}
