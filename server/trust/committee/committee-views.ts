/** What is public about seats, members and past members, from rows. */
import { iso } from '../../platform/clock.ts';
import { ERASED_NAME } from '../../protocol/accounts/erased-name.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import type { Id } from '../../protocol/ids.ts';
import type { CommitteeMember, Declaration, PastMember } from '../../protocol/trust/committee.ts';
import type { DeclarationRow, TermRow } from './committee.store.ts';
import type { Sitting } from './sittings.ts';

/** What is known of members beside their terms. */
export interface Known {
  cards: ReadonlyMap<string, CreatorCard>;
  declarations: ReadonlyMap<string, DeclarationRow>;
}

export function sittingOf({ seat, from, until, endedAt }: TermRow): Sitting {
  return { seat, fromMs: Date.parse(from), untilMs: Date.parse(endedAt ?? until) };
}

export function memberOf(row: TermRow, { cards, declarations }: Known, nowMs: number): CommitteeMember {
  const { id, person, biography, appointedBy, from, until } = row;
  const card = cards.get(person);
  const latest = declarations.get(id);
  const declaration = latest ? declarationOf(latest) : null;
  return {
    term: id as Id<'committeeTerm'>,
    name: card?.name ?? ERASED_NAME,
    portrait: card?.picture ?? null,
    ...{ biography, appointedBy, from, until, declaration },
    declarationDueSince: dueSince(declaration?.countsUntil ?? from, nowMs),
  };
}

export function pastMemberOf(row: TermRow, known: Known): PastMember {
  const { declarationDueSince: _, ...member } = memberOf(row, known, 0);
  const { seatName, endedAt, endedHow, endReason: reason, until } = row;
  return { ...member, seatName, ended: { at: endedAt ?? until, how: endedHow ?? 'term', reason } };
}

function declarationOf({ independent, unpaid, interests, declaredAt }: DeclarationRow): Declaration {
  return { independent, unpaid, interests, declaredAt, countsUntil: yearsAfter(declaredAt, 1) };
}

function dueSince(at: string, nowMs: number): string | null {
  return Date.parse(at) <= nowMs ? at : null;
}

/** The same date of a later year (UTC), for 29 February 1 March where that year has none. */
export function yearsAfter(at: string, years: number): string {
  const date = new Date(at);
  return iso(date.setUTCFullYear(date.getUTCFullYear() + years));
}
