/** Checks Prometheus' rules: their shape, their expressions, and that every alert says what is wrong and what to do. */
import { z } from 'zod';
import { faultsOfExpression, type RegisteredMetrics } from './registered-metrics.ts';
import { parseStrictYaml } from './yaml.ts';

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/);
const rule = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string().min(1),
  for: duration.optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string().min(1), action: z.string().min(1) }),
});
const rulesFile = z.strictObject({
  groups: z
    .array(z.strictObject({ name: z.string().min(1), interval: duration.optional(), rules: z.array(rule).min(1) }))
    .min(1),
});
export type RulesFile = z.output<typeof rulesFile>;

export function checkAlerts(
  text: string,
  metrics: RegisteredMetrics,
): { rules: RulesFile | undefined; faults: string[] } {
  const { documents, faults } = parseStrictYaml(text);
  if (faults.length > 0) return { rules: undefined, faults };
  const parsed = rulesFile.safeParse(documents[0]);
  if (!parsed.success) return { rules: undefined, faults: [z.prettifyError(parsed.error)] };
  const rules = parsed.data.groups.flatMap((group) => group.rules);
  const names = rules.map(({ alert }) => alert);
  for (const [index, { alert, expr }] of rules.entries()) {
    if (names.indexOf(alert) !== index) faults.push(`${alert} is there twice`);
    faults.push(...faultsOfExpression(expr, metrics).map((fault) => `${alert}: ${fault}`));
  }
  return { rules: parsed.data, faults };
}
