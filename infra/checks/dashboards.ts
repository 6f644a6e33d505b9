/**
 * Grafana's dashboard: the JSON is what the source says (whose shape the type check holds to Grafana's types), and
 * every panel shows a metric that exists.
 */
import type { Dashboard } from '@grafana/schema';
import { z } from 'zod';
import { faultsOfExpression, type RegisteredMetrics } from './registered-metrics.ts';

const target = z.looseObject({ refId: z.string(), expr: z.string().min(1) });

export function checkDashboard(dashboard: Dashboard, json: string, metrics: RegisteredMetrics): string[] {
  const faults: string[] = [];
  if (json !== writeDashboard(dashboard))
    faults.push('the JSON is not what the source says: node infra/checks/generate.ts');
  const places = new Map<string, string>();
  for (const panel of dashboard.panels ?? []) {
    const { title, gridPos } = panel;
    const place = JSON.stringify(gridPos);
    if (places.has(place)) faults.push(`"${title}" lies on "${places.get(place)}"`);
    places.set(place, title ?? '');
    for (const each of 'targets' in panel ? (panel.targets ?? []) : []) {
      const parsed = target.safeParse(each);
      if (!parsed.success) faults.push(`"${title}": ${z.prettifyError(parsed.error)}`);
      else faults.push(...faultsOfExpression(parsed.data.expr, metrics).map((fault) => `"${title}": ${fault}`));
    }
  }
  return faults;
}

export function writeDashboard(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
