const BPS = 10_000;

/** Parses `20`, `17.5` or `17,5` into basis points; undefined if it is no percentage. */
export function parsePercent(text: string): number | undefined {
  const trimmed = text.trim().replace(',', '.').replace(/%$/, '').trimEnd();
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(trimmed)) return undefined;
  const bps = Math.round(Number(trimmed) * 100);
  return bps <= BPS ? bps : undefined;
}
