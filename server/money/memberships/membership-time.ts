/** Which tier the payments for a membership have paid for, and until when: laid out from the lines of its invoices. Pure. */

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
 * The times that are paid for, in order, each with its tier. Give the lines in the order in which they were invoiced, without those of payments
 * that were given back. An upgrade counts only while the time itself is paid for, and without it the tier below is still paid.
 */
export function layOutPaidTime(lines: TermLine[]): PaidTime[] {
  const isChange = new Set(lines.filter(({ kind }) => kind === 'upgrade').map(({ invoice }) => invoice));
  let times: PaidTime[] = [];
  // What began later changes what began before, whichever of them was paid first.
  for (const line of [...lines].sort((a, b) => a.startsAtMs - b.startsAtMs)) {
    const { kind, tier, startsAtMs, endsAtMs, invoice } = line;
    if (kind === 'term') times.push({ tier, startsAtMs, endsAtMs });
    if (kind === 'upgrade') times = times.flatMap((time) => upgraded(time, line));
    // Another interval took back what was left of the old one; an upgrade says itself what is instead.
    if (kind === 'unused' && !isChange.has(invoice)) {
      times = times.flatMap((time) => (time.tier === tier ? outside(time, line) : [time]));
    }
  }
  return joined(times);
}

/** What is paid for at a moment; where nothing is, what was paid for last before it. */
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

/** In order, with neighbours of the same tier as one. */
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
