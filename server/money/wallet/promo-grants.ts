/**
 * Computes the remainder of each grant of promotional credit by replaying the account's entries. The grant that expires
 * first is spent first. Pure.
 */

export interface PromoGrant {
  id: string;
  /** Null: it never expires. */
  expiresAtMs: number | null;
}

/** An entry of a fan's promotional account, in the order of the books. */
export interface PromoEntry {
  transaction: string;
  amountMinor: number;
  /** The grant that the entry adds, or whose remainder it takes back. */
  grant: string | null;
  /** The sale that the entry reverses, wholly or in part. */
  reverses: string | null;
}

interface Part {
  grant: string;
  amountMinor: number;
}

/** Remainder by grant. A reversed sale returns to the grants that paid for it, the last to expire first. */
export function leftOfGrants(grants: PromoGrant[], entries: PromoEntry[]): Map<string, number> {
  const inOrder = soonestFirst(grants);
  const left = new Map<string, number>();
  const paidBy = new Map<string, Part[]>();
  const add = (grant: string, amountMinor: number) => left.set(grant, (left.get(grant) ?? 0) + amountMinor);
  for (const { transaction, amountMinor, grant, reverses } of entries) {
    if (grant !== null) add(grant, amountMinor);
    else if (amountMinor < 0) {
      const parts = inOrder.map(({ id }): Part => ({ grant: id, amountMinor: left.get(id) ?? 0 }));
      const paid = take(parts, -amountMinor);
      for (const part of paid) add(part.grant, -part.amountMinor);
      paidBy.set(transaction, paid);
    } else {
      const paid = paidBy.get(reverses ?? '') ?? [];
      const returned = take([...paid].reverse(), amountMinor);
      for (const part of returned) add(part.grant, part.amountMinor);
    }
  }
  return left;
}

/**
 * Amounts to take back now from expired grants. Held credit stays until its hold ends; like spending, a hold uses the
 * grant that expires first.
 */
export function expiredOfGrants(
  grants: PromoGrant[],
  entries: PromoEntry[],
  { nowMs, heldMinor }: { nowMs: number; heldMinor: number },
): Part[] {
  const left = leftOfGrants(grants, entries);
  const expired = soonestFirst(grants).filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs);
  const parts = expired.map(({ id }): Part => ({ grant: id, amountMinor: left.get(id) ?? 0 }));
  take(parts, heldMinor);
  return parts;
}

function soonestFirst(grants: PromoGrant[]): PromoGrant[] {
  const endOf = ({ expiresAtMs }: PromoGrant) => expiresAtMs ?? Number.POSITIVE_INFINITY;
  return [...grants].sort((a, b) => (endOf(a) < endOf(b) ? -1 : endOf(a) > endOf(b) ? 1 : a.id < b.id ? -1 : 1));
}

/** Takes an amount from the parts in turn, as far as they go. Returns how much each part gave. */
function take(parts: Part[], amountMinor: number): Part[] {
  const taken: Part[] = [];
  let missing = amountMinor;
  for (const part of parts) {
    const some = Math.min(part.amountMinor, missing);
    if (some <= 0) continue;
    part.amountMinor -= some;
    missing -= some;
    taken.push({ grant: part.grant, amountMinor: some });
  }
  return taken;
}
