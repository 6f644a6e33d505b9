/**
 * Known weaknesses in the packages of the lock file, as `npm audit` reports them, less the reviewed exceptions. Where
 * the registry has no audit endpoint, that is said and nothing is checked.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const advisory = z.looseObject({ url: z.string(), title: z.string(), severity: z.string() });
const report = z.looseObject({
  vulnerabilities: z.record(z.string(), z.looseObject({ via: z.array(z.union([z.string(), advisory])) })),
});
const exceptions = z.array(
  z.strictObject({ advisory: z.url(), reason: z.string().min(20), reviewedAt: z.iso.date(), until: z.iso.date() }),
);

/** Faults by advisory; undefined where the registry gave no report. */
export function faultsOfAudit(auditJson: string, exceptionsJson: string, today: string): string[] | undefined {
  const parsed = report.safeParse(JSON.parse(auditJson));
  if (!parsed.success) return undefined;
  const excepted = new Set(
    exceptions.parse(JSON.parse(exceptionsJson)).flatMap(({ advisory, until }) => (until >= today ? [advisory] : [])),
  );
  const faults = new Set<string>();
  for (const [name, { via }] of Object.entries(parsed.data.vulnerabilities)) {
    for (const cause of via) {
      if (typeof cause === 'string' || excepted.has(cause.url)) continue;
      faults.add(`${name}: ${cause.title} (${cause.severity}), ${cause.url}`);
    }
  }
  return [...faults];
}

if (import.meta.main) {
  const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' });
  const exceptionsJson = readFileSync(new URL('audit-exceptions.json', import.meta.url), 'utf8');
  const faults = faultsOfAudit(stdout || '{}', exceptionsJson, new Date().toISOString().slice(0, 10));
  if (faults === undefined) process.stdout.write('The npm registry in use answers no audit: nothing was checked.\n');
  for (const fault of faults ?? []) {
    process.stdout.write(`${fault}\n  Update it, or add a reviewed exception to infra/checks/audit-exceptions.json.\n`);
  }
  process.exitCode = faults?.length ? 1 : 0;
}
