/** Computes which tier the payments for a membership cover, until when, and what of each is unused. Pure. */

import type { Share } from '../ledger/ledger.ts';

export interface TermLine {
  invoice: string;
  kind: 'term' | 'upgrade' | 'unused';
  tier: string;
  startsAtMs: number;
  endsAtMs: number;
}

export interface PaidTime {
  tier: string;
  startsAtMs: number;
  endsAtMs: number;
}

/**
 * The paid times in order, each with its tier. Pass the lines in the order of their invoices, without refunded ones. An
 * upgrade counts only while its base time is paid; without the upgrade the tier below is still paid.
 */
export function layOutPaidTime(lines: TermLine[]): PaidTime[] {
  const isChange = new Set(lines.filter(({ kind }) => kind === 'upgrade').map(({ invoice }) => invoice));
  let times: PaidTime[] = [];
  // A later start overrides an earlier one, whichever was paid first.
  for (const line of [...lines].sort((a, b) => a.startsAtMs - b.startsAtMs)) {
    const { kind, tier, startsAtMs, endsAtMs, invoice } = line;
    if (kind === 'term') times.push({ tier, startsAtMs, endsAtMs });
    if (kind === 'upgrade') times = times.flatMap((time) => upgraded(time, line));
    // A change of interval took back the rest of the old one. An upgrade has its own line for that.
    if (kind === 'unused' && !isChange.has(invoice)) {
      times = times.flatMap((time) => (time.tier === tier ? outside(time, line) : [time]));
    }
  }
  return joined(times);
}

/** The paid time at a moment, or else the last one before it. */
export function paidTimeAt(times: PaidTime[], nowMs: number): PaidTime | undefined {
  return times.findLast(({ startsAtMs }) => startsAtMs <= nowMs) ?? times[0];
}

/**
 * What of each payment is for time to come, in proportion to the time that it paid. A change of interval took the rest
 * of earlier payments into its own period, so that rest is used up with it. Pass the lines as for `layOutPaidTime`.
 */
export function unusedShares(lines: TermLine[], nowMs: number): Map<string, Share> {
  const changes = new Set(lines.filter(({ kind }) => kind === 'upgrade').map(({ invoice }) => invoice));
  const shares = new Map<string, Share>();
  let movedTo: { atMs: number; share: Share } | undefined;
  for (const invoice of new Set(lines.toReversed().map((line) => line.invoice))) {
    const own = lines.filter((line) => line.invoice === invoice);
    const paid = own.filter(({ kind }) => kind !== 'unused');
    const startsAtMs = Math.min(...paid.map((line) => line.startsAtMs));
    const endsAtMs = Math.max(...paid.map((line) => line.endsAtMs));
    const isMoved = movedTo !== undefined && movedTo.atMs < endsAtMs;
    const restMs = endsAtMs - Math.max(startsAtMs, isMoved && movedTo ? movedTo.atMs : nowMs);
    const { of, whole } = (isMoved && movedTo?.share) || { of: 1n, whole: 1n };
    const share = { of: BigInt(Math.max(0, restMs)) * of, whole: BigInt(endsAtMs - startsAtMs) * whole };
    if (paid.length > 0 && endsAtMs > startsAtMs) shares.set(invoice, share);
    const cut = changes.has(invoice) ? undefined : own.find(({ kind }) => kind === 'unused');
    if (cut && shares.has(invoice)) movedTo = { atMs: cut.startsAtMs, share };
  }
  return shares;
}

function upgraded(time: PaidTime, line: TermLine): PaidTime[] {
  const startsAtMs = Math.max(time.startsAtMs, line.startsAtMs);
  const endsAtMs = Math.min(time.endsAtMs, line.endsAtMs);
  if (startsAtMs >= endsAtMs) return [time];
  return [...outside(time, line), { tier: line.tier, startsAtMs, endsAtMs }];
}

/** The parts of a time before and after another. */
function outside(time: PaidTime, cut: PaidTime): PaidTime[] {
  const before = { ...time, endsAtMs: Math.min(time.endsAtMs, cut.startsAtMs) };
  const after = { ...time, startsAtMs: Math.max(time.startsAtMs, cut.endsAtMs) };
  return [before, after].filter(({ startsAtMs, endsAtMs }) => startsAtMs < endsAtMs);
}

/** Merges adjacent times of the same tier, in order. */
function joined(times: PaidTime[]): PaidTime[] {
  const result: PaidTime[] = [];
  for (const time of [...times].sort((a, b) => a.startsAtMs - b.startsAtMs)) {
    const last = result.at(-1);
    if (last?.tier === time.tier && time.startsAtMs <= last.endsAtMs)
      last.endsAtMs = Math.max(last.endsAtMs, time.endsAtMs);
    else result.push({ ...time });
  }
  return result;
}
