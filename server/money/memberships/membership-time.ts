/** Computes which tier the payments for a membership cover, and until when, from the lines of the invoices. Pure. */

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
