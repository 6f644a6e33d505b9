/**
 * Compares the provider's movements with our records and describes the differences. Pure: its inputs are read before,
 * so every kind of difference can be tested. A difference is explained if it will close by itself, or concerns only the
 * provider.
 */

import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { AccountKind } from '../ledger/ledger.ts';
import type { MovementKind, OwnMovementKind, ProviderMovement } from '../provider/payment-provider.ts';
import type { ReconciliationItem, ReconciliationVerdict } from './reconciliations.schema.ts';

/** A record of the ledger that has moved money at the provider, or should have. */
export interface KnownMovement {
  kind: MovementKind;
  /** The provider's object. */
  source: string;
  /** Our record, for people. */
  record: string;
  /** The expected amount at the provider, before fees; 0 if it was taken back. */
  amountMinor: number;
  /** Null while the provider has not reported it. */
  feeMinor: number | null;
  atMs: number;
  /** `pending`: ordered or paid, but not booked yet. */
  status: 'booked' | 'pending';
}

export interface Comparison {
  movements: ProviderMovement[];
  known: KnownMovement[];
  /** Checkouts that are not paid in our books. A payment can name one as its reference. */
  unpaidCheckouts: Set<string>;
  nowMs: number;
  sinceMs: number;
}

/** A younger difference may close by itself. */
const IN_FLIGHT_MS = HOUR_MS;
/**
 * The two sides date a movement slightly differently, so records this close to the edge of the period are not reported
 * as missing.
 */
const EDGE_MS = DAY_MS;

interface Group {
  kind: MovementKind;
  source: string;
  type: string;
  amountMinor: number;
  feeMinor: number;
  newestMs: number;
  oldestMs: number;
  checkout: string | null;
}

/** What each movement between the provider and the house alone is booked against, and its name for people. */
export const OWN_MOVEMENTS = {
  bank_payout: { account: 'house_bank', name: "between the provider and the house's bank" },
  provider_charge: { account: 'provider_fees', name: 'charged by the provider' },
  provider_reserve: { account: 'provider_reserve', name: 'held back by the provider as a reserve, or released' },
  provider_other: { account: 'provider_other', name: 'of a product of the provider that the house does not use' },
} as const satisfies Record<OwnMovementKind, { account: AccountKind; name: string }>;

export function isOwnMovement(kind: MovementKind): kind is OwnMovementKind {
  return kind in OWN_MOVEMENTS;
}

/** Lines that only the provider had, by type: they are in the books, and no difference. */
export function nameOwnMovements(movements: ProviderMovement[]): ReconciliationItem[] {
  const sums = new Map<string, { kind: OwnMovementKind; type: string; count: number; netMinor: number }>();
  for (const { kind, type, netMinor } of movements) {
    if (!isOwnMovement(kind)) continue;
    const sum = sums.get(type) ?? { kind, type, count: 0, netMinor: 0 };
    sums.set(type, { ...sum, count: sum.count + 1, netMinor: sum.netMinor + netMinor });
  }
  return [...sums.values()].map(({ kind, type, count, netMinor }) => {
    const text = `${count} × ${type}, ${netMinor} in all: ${OWN_MOVEMENTS[kind].name}, booked as ${OWN_MOVEMENTS[kind].account}.`;
    return { verdict: kind, isExplained: true, reference: type, differenceMinor: 0, text };
  });
}

export function compareBooks(comparison: Comparison): ReconciliationItem[] {
  const groups = groupMovements(comparison.movements);
  const known = new Map(comparison.known.map((each) => [keyOf(each.kind, each.source), each]));
  const items: ReconciliationItem[] = [];
  for (const [key, group] of groups) {
    const item = compareGroup(group, known.get(key), comparison);
    if (item) items.push(item);
  }
  for (const [key, record] of known) {
    const item = groups.has(key) ? undefined : explainAbsent(record, comparison);
    if (item) items.push(item);
  }
  return items;
}

/** A failed refund and a won dispute have two movements: only their sum counts. */
function groupMovements(movements: ProviderMovement[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const each of movements) {
    const source = each.source ?? each.id;
    const key = keyOf(each.kind, source);
    const before = groups.get(key);
    groups.set(key, {
      kind: each.kind,
      source,
      type: each.type,
      amountMinor: (before?.amountMinor ?? 0) + each.amountMinor,
      feeMinor: (before?.feeMinor ?? 0) + each.feeMinor,
      newestMs: Math.max(before?.newestMs ?? 0, each.createdAtMs),
      oldestMs: Math.min(before?.oldestMs ?? Number.POSITIVE_INFINITY, each.createdAtMs),
      checkout: before?.checkout ?? each.checkout,
    });
  }
  return groups;
}

function keyOf(kind: MovementKind, source: string): string {
  return `${kind}:${source}`;
}

function compareGroup(
  group: Group,
  record: KnownMovement | undefined,
  comparison: Comparison,
): ReconciliationItem | undefined {
  const netMinor = group.amountMinor - group.feeMinor;
  // Movements that cancelled out before the house recorded them need no explanation.
  if (!record) return netMinor === 0 ? undefined : explainUnknown(group, netMinor, comparison);
  const isYoung = comparison.nowMs - group.newestMs < IN_FLIGHT_MS;
  const item = itemFor(group.source);
  if (record.status === 'pending') {
    const text = `${record.record} is done at the provider and waits for its confirmation here.`;
    return item('in_flight', netMinor, text, isYoung || group.kind === 'refund');
  }
  const differenceMinor = netMinor - (record.amountMinor - (record.feeMinor ?? 0));
  if (differenceMinor === 0) return undefined;
  if (record.amountMinor !== group.amountMinor) {
    // Only the later movements lie in the period, so their sum cannot be compared.
    const isCut = record.atMs < comparison.sinceMs;
    if (isCut) return item('in_flight', 0, `${record.record} began before the period that is compared.`, true);
    const text = `${record.record}: the provider has moved ${group.amountMinor}, the books ${record.amountMinor}.`;
    return item('amount_differs', differenceMinor, text, isYoung && group.kind !== 'payment');
  }
  if (record.feeMinor === null) {
    return item('fee_not_known', differenceMinor, `The fee of ${record.record} is not booked yet.`, true);
  }
  const text = `${record.record}: the provider's fee is ${group.feeMinor}, the books have ${record.feeMinor}.`;
  return item('amount_differs', differenceMinor, text, false);
}

function explainUnknown(group: Group, netMinor: number, { nowMs, unpaidCheckouts }: Comparison): ReconciliationItem {
  const item = itemFor(group.source);
  const isYoung = nowMs - group.newestMs < IN_FLIGHT_MS;
  switch (group.kind) {
    case 'payment': {
      const isOurs = group.checkout !== null && unpaidCheckouts.has(group.checkout);
      if (isOurs && isYoung) return item('in_flight', netMinor, `${group.checkout} was paid just now.`, true);
      if (isOurs)
        return item('missing_here', netMinor, `${group.checkout} is paid at the provider and not in the books.`, false);
      return item('unknown_payment', netMinor, 'A payment at the provider that no record of ours names.', false);
    }
    default: {
      const text = `A movement at the provider (${group.type}) that is not in the books${isYoung ? ' yet' : ''}.`;
      return item(isYoung ? 'in_flight' : 'missing_here', netMinor, text, isYoung);
    }
  }
}

function explainAbsent(record: KnownMovement, { nowMs, sinceMs }: Comparison): ReconciliationItem | undefined {
  const isOutside = record.atMs < sinceMs + (sinceMs > 0 ? EDGE_MS : 0);
  if (record.status === 'pending' || record.amountMinor === 0 || isOutside) return undefined;
  const differenceMinor = -(record.amountMinor - (record.feeMinor ?? 0));
  const item = itemFor(record.source);
  if (nowMs - record.atMs < IN_FLIGHT_MS) {
    return item('in_flight', differenceMinor, `${record.record} is not among the provider's movements yet.`, true);
  }
  return item(
    'missing_there',
    differenceMinor,
    `${record.record} is booked, and the provider has no movement for it.`,
    false,
  );
}

function itemFor(reference: string) {
  return (
    verdict: ReconciliationVerdict,
    differenceMinor: number,
    text: string,
    isExplained: boolean,
  ): ReconciliationItem => ({ verdict, isExplained, reference, differenceMinor, text });
}
