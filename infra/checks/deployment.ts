/**
 * Everything that a house is deployed with and that can't be run where it is developed, held to the schemas of what
 * will read it, to each other, and to the code.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { z } from 'zod';
import { dashboard } from '../grafana/dashboard.ts';
import { checkAlerts, type RulesFile } from './alerts.ts';
import { checkCompose } from './compose.ts';
import { checkDashboard, writeDashboard } from './dashboards.ts';
import { faultsInManifests } from './environment.ts';
import { faultsOfImages, imageFiles } from './images.ts';
import { checkKubernetes, type Manifest } from './kubernetes.ts';
import { faultsOfExpression, type RegisteredMetrics, registeredMetrics } from './registered-metrics.ts';
import { parseStrictYaml } from './yaml.ts';

const INFRA = fileURLToPath(new URL('..', import.meta.url));
const BASE = 'kubernetes/base';
const ALERTS = `${BASE}/alerts.yaml`;
const DASHBOARD = 'grafana/dashboards/loge.json';
/** Fewer means that a folder was not found. */
const FILES_MIN = 15;

const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string(),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })),
});
const adapterValues = z.strictObject({
  rules: z.strictObject({
    default: z.boolean(),
    custom: z.array(
      z.strictObject({
        seriesQuery: z.string(),
        resources: z.strictObject({ overrides: z.record(z.string(), z.strictObject({ resource: z.string() })) }),
        name: z.strictObject({ as: z.string() }),
        metricsQuery: z.string(),
      }),
    ),
  }),
});
const podsMetrics = z.looseObject({
  spec: z.looseObject({
    metrics: z.array(
      z.looseObject({ pods: z.looseObject({ metric: z.looseObject({ name: z.string() }) }).optional() }),
    ),
  }),
});

/** Faults by file. A file without faults is listed too, so that a file that was not checked is missed. */
async function checkDeployment(): Promise<Map<string, string[]>> {
  const metrics = await registeredMetrics();
  const faults = new Map<string, string[]>();
  faults.set('compose/compose.yaml', checkCompose(read('compose/compose.yaml'), read('compose/loge.env.example')));
  const alerts = checkAlerts(read('prometheus/rules.yaml'), metrics);
  faults.set('prometheus/rules.yaml', alerts.faults);
  for (const file of plainYamlFiles()) faults.set(file, parseStrictYaml(read(file)).faults);
  faults.set(DASHBOARD, checkDashboard(dashboard, read(DASHBOARD), metrics));
  const manifests: Manifest[] = [];
  for (const file of [...manifestFiles(), 'kubernetes/ingress-nginx.yaml', 'kubernetes/secrets.example.yaml']) {
    const checked = await checkKubernetes(read(file));
    manifests.push(...checked.manifests);
    faults.set(file, checked.faults);
  }
  faults.set('kubernetes', faultsInManifests(manifests));
  if (alerts.rules && read(ALERTS) !== writeAlerts(alerts.rules)) {
    faults.get(ALERTS)?.push('not what prometheus/rules.yaml says: node infra/checks/generate.ts');
  }
  for (const file of imageFiles()) {
    faults.set(`${file}, images`, faultsOfImages(readFileSync(join(INFRA, '..', file), 'utf8')));
  }
  faults.set(`${BASE}/kustomization.yaml`, checkKustomization());
  faults.set('kubernetes/prometheus-adapter.yaml', checkAutoscaling(manifests, metrics));
  return faults;
}

/** Files that are written by us from others. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const { rules, faults } = checkAlerts(read('prometheus/rules.yaml'), await registeredMetrics());
  const files = new Map([[join(INFRA, DASHBOARD), writeDashboard(dashboard)]]);
  if (rules) files.set(join(INFRA, ALERTS), writeAlerts(rules));
  else for (const fault of faults) process.stderr.write(`prometheus/rules.yaml: ${fault}\n`);
  return files;
}

function writeAlerts({ groups }: RulesFile): string {
  const document = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'loge', labels: { 'app.kubernetes.io/name': 'loge' } },
    spec: { groups },
  };
  return `# Written from infra/prometheus/rules.yaml by infra/checks/generate.ts.\n${stringify(document, { lineWidth: 0 })}`;
}

function checkKustomization(): string[] {
  const { documents, faults } = parseStrictYaml(read(`${BASE}/kustomization.yaml`));
  const parsed = kustomization.safeParse(documents[0]);
  if (!parsed.success) return [...faults, z.prettifyError(parsed.error)];
  const { resources } = parsed.data;
  const present = manifestFiles().map((file) => file.slice(BASE.length + 1));
  return [
    ...resources.filter((file) => !present.includes(file)).map((file) => `${file} is not there`),
    ...present.filter((file) => !resources.includes(file)).map((file) => `${file} is not a resource`),
  ];
}

/** The adapter makes what the autoscalers ask for, out of metrics that exist. */
function checkAutoscaling(manifests: Manifest[], metrics: RegisteredMetrics): string[] {
  const { documents, faults } = parseStrictYaml(read('kubernetes/prometheus-adapter.yaml'));
  const parsed = adapterValues.safeParse(documents[0]);
  if (!parsed.success) return [...faults, z.prettifyError(parsed.error)];
  const rules = parsed.data.rules.custom;
  for (const { seriesQuery, metricsQuery, name } of rules) {
    const series = /^\w+/.exec(seriesQuery)?.[0] ?? '';
    const query = metricsQuery
      .replaceAll('<<.Series>>', series)
      .replaceAll('<<.LabelMatchers>>', 'namespace="loge"')
      .replaceAll('<<.GroupBy>>', 'pod');
    for (const expression of [seriesQuery, query]) {
      faults.push(...faultsOfExpression(expression, metrics).map((fault) => `${name.as}: ${fault}`));
    }
  }
  for (const manifest of manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
    for (const { pods } of podsMetrics.parse(manifest).spec.metrics) {
      if (pods && !rules.some(({ name }) => name.as === pods.metric.name)) {
        faults.push(
          `the autoscaler ${manifest.metadata.name} asks for ${pods.metric.name}, which the adapter does not make`,
        );
      }
    }
  }
  return faults;
}

function manifestFiles(): string[] {
  return readdirSync(join(INFRA, BASE))
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .sort()
    .map((file) => `${BASE}/${file}`);
}

/** Configurations that only promtool and Grafana know the schema of; the tests run promtool. */
function plainYamlFiles(): string[] {
  return [
    'prometheus/prometheus.yaml',
    'prometheus/rules.test.yaml',
    'grafana/provisioning/datasources/prometheus.yaml',
    'grafana/provisioning/dashboards/loge.yaml',
  ];
}

function read(file: string): string {
  const path = join(INFRA, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

if (import.meta.main) {
  const checked = await checkDeployment();
  const faults = [...checked].flatMap(([file, found]) => found.map((fault) => `infra/${file}: ${fault}`));
  if (checked.size < FILES_MIN) faults.push(`Only ${checked.size} files were checked.`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
