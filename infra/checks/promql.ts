/** What a PromQL expression names, by Prometheus' own grammar: metrics with the labels that are asked of each. */
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  metric: string;
  labels: string[];
}

export interface ParsedPromql {
  selectors: Selector[];
  /** Labels that results are grouped by. */
  groupedBy: string[];
  fault: string | undefined;
}

/** Grafana puts durations in for these before Prometheus sees them. */
const GRAFANA_INTERVALS = /\$__(rate_interval|interval|range)/g;

export function parsePromql(text: string): ParsedPromql {
  const expression = text.replace(GRAFANA_INTERVALS, '5m');
  const selectors: Selector[] = [];
  const groupedBy: string[] = [];
  let fault: string | undefined;
  let inGrouping = false;
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      const word = expression.slice(from, to);
      if (type.isError) fault ??= `no PromQL at "${expression.slice(Math.max(0, from - 10), from + 10)}"`;
      if (type.name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      const selector = selectors.at(-1);
      if (type.name === 'GroupingLabels') inGrouping = true;
      if (type.name === 'Identifier' && selector?.metric === '') selector.metric = word;
      if (type.name === 'LabelName') {
        if (inGrouping) groupedBy.push(word);
        else selector?.labels.push(word);
      }
    },
    leave: ({ type }) => {
      if (type.name === 'GroupingLabels') inGrouping = false;
    },
  });
  return { selectors, groupedBy, fault };
}
