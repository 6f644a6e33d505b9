/** The metrics that the code registers, with their labels: what rules, dashboards and autoscalers may name. */
import { collectProcessMetrics, createMetrics, type Metrics } from '../../server/platform/metrics.ts';
import { NodeMetrics } from '../../sfu/node-metrics.ts';
import { parsePromql } from './promql.ts';

/** Labels that Prometheus, or the operator, adds when it reads a target. */
const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod', 'node'];
/** Of each target by Prometheus itself. */
const PROMETHEUS_METRICS = ['up', 'ALERTS'];

export type RegisteredMetrics = ReadonlyMap<string, ReadonlySet<string>>;

export async function registeredMetrics(): Promise<RegisteredMetrics> {
  const metrics = new Map<string, Set<string>>();
  const gateway = createMetrics();
  collectProcessMetrics(gateway);
  await addMetrics(metrics, gateway.registry);
  await addMetrics(metrics, new NodeMetrics('').registry);
  for (const name of PROMETHEUS_METRICS) metrics.set(name, new Set());
  return metrics;
}

/** prom-client keeps label names where only its text output and its own classes see them. */
async function addMetrics(metrics: Map<string, Set<string>>, registry: Metrics['registry']): Promise<void> {
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const single = registry.getSingleMetric(name) as unknown as { labelNames?: string[] };
    const labels = new Set([...(metrics.get(name) ?? []), ...(single.labelNames ?? [])]);
    const isHistogram = String(type) === 'histogram';
    if (isHistogram) for (const part of ['_sum', '_count']) metrics.set(`${name}${part}`, labels);
    metrics.set(isHistogram ? `${name}_bucket` : name, isHistogram ? new Set([...labels, 'le']) : labels);
  }
}

/** What an expression names that is not there. */
export function faultsOfExpression(expression: string, metrics: RegisteredMetrics): string[] {
  const { selectors, groupedBy, fault } = parsePromql(expression);
  if (fault) return [fault];
  const faults: string[] = [];
  const available = new Set(TARGET_LABELS);
  for (const { metric, labels } of selectors) {
    const known = metrics.get(metric);
    if (!known) faults.push(`${metric || 'a selector without a name'} is no metric that the code registers`);
    for (const label of known ?? []) available.add(label);
    for (const label of labels) {
      if (known && !known.has(label) && !TARGET_LABELS.includes(label)) faults.push(`${metric} has no label ${label}`);
    }
  }
  for (const label of groupedBy) if (!available.has(label)) faults.push(`none of the metrics has the label ${label}`);
  return faults;
}
