/** Converts journals of earlier versions, so that a developer's data survives an upgrade. */
import type { Change } from './journal.ts';
import type { CardBehaviour } from './records.ts';

export function upgradeChange(change: Change, version: number): Change {
  const [collection, id, record] = change;
  if (version >= 2 || record === null || collection !== 'card_behaviours') return change;
  const { needsAuthentication, ...rest } = record as CardBehaviour & { needsAuthentication?: boolean };
  return [collection, id, { ...rest, authentication: needsAuthentication === true ? 'always' : 'never' }];
}
