import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { createSecret } from '../../server/accounts/secrets.ts';
import { reportLinks, returnLinks } from '../../server/platform/sealed-links.ts';
import { SecretBox } from '../../server/platform/secret-box.ts';
import * as LIMITS from '../../server/protocol/limits.ts';
import { dashboard } from '../grafana/dashboard.ts';
import { checkAlerts } from './alerts.ts';
import { faultsOfAudit } from './audit.ts';
import { type Budget, faultsOfBudget, type Manifest } from './budgets.ts';
import { checkCompose } from './compose.ts';
import { checkDashboard, writeDashboard } from './dashboards.ts';
import { faultsInManifests, faultsOfNames } from './environment.ts';
import { faultsOfImages, resolveDigest } from './images.ts';
import { checkKubernetes } from './kubernetes.ts';
import { faultsOfStyles } from './look.ts';
import { parsePromql } from './promql.ts';
import { faultsOfExpression, type RegisteredMetrics, registeredMetrics } from './registered-metrics.ts';
import { faultsOfSource } from './regular-expressions.ts';
import { parseStrictYaml } from './yaml.ts';

// A check that finds nothing looks like files without faults, so each is given faults that it must find.

const run = promisify(execFile);
const infra = fileURLToPath(new URL('..', import.meta.url));
const promtool = process.env.LOGE_TEST_PROMTOOL;
const compose = readFileSync(join(infra, 'compose/compose.yaml'), 'utf8');
const example = readFileSync(join(infra, 'compose/loge.env.example'), 'utf8');

let metrics: RegisteredMetrics;

beforeAll(async () => {
  metrics = await registeredMetrics();
});

test('styles have no size, colour, radius or space that is none of the tokens', () => {
  const faults = faultsOfStyles(`
    css\`
      .a { font: var(--_type-14); padding: var(--_space-8) 0; border-radius: 0; color: var(--_text); margin: -1px; }
      .b { font-size: 15px; line-height: 1.3; font: 600 1rem serif; font-weight: 650; }
      @media (min-width: 720px) { .c { padding: 0.6rem; border-radius: 7px; color: #fff; box-shadow: 0 0 2px rgb(0 0 0 / 0.4); } }
    \`;
    html\`<p style="margin-top: 1rem">\``);
  expect(faults.map((fault) => fault.split(':')[0])).toEqual([
    ...['font-size', 'line-height', 'font', 'font-weight'],
    ...['padding', 'border-radius', 'color', 'box-shadow', 'margin-top'],
  ]);
});

test('the ingress lets the largest picture pass', () => {
  const [, mebibytes] =
    /proxy-body-size: (\d+)m\n/.exec(readFileSync(join(infra, 'kubernetes/base/ingress.yaml'), 'utf8')) ?? [];
  expect(Number(mebibytes) * 1024 * 1024).toBeGreaterThan(LIMITS.pictureBytes);
});

test('the context of the image holds no file of secrets, however deep', () => {
  const patterns = readFileSync(join(infra, '../.dockerignore'), 'utf8').split('\n').filter(Boolean);
  const isLeftOut = (path: string) => patterns.some((pattern) => matchesGlob(path, pattern));
  const files = ['loge.env', 'infra/compose/loge.env', 'infra/compose/house.env', '.env', 'infra/compose/.env.local'];
  expect(files.filter((path) => !isLeftOut(path))).toEqual([]);
  expect(isLeftOut('server/main.ts')).toBe(false);
});

test('no access log holds what signs somebody in: no query, and no link of a letter', () => {
  const read = (file: string) => readFileSync(join(infra, file), 'utf8');
  const haproxy = read('compose/haproxy.cfg');
  const nginx = read('kubernetes/ingress-nginx.yaml');
  const formats = [/^ +log-format "(.+)"$/m.exec(haproxy)?.[1], /log-format-upstream: '(.+)'/.exec(nginx)?.[1]];
  const whole = /%(r|HU|HQ|HP|HPO)\b|\$(request|request_uri|uri|args|http_referer)\b/;
  for (const format of formats) {
    expect(format).toMatch(/logged_path|loge_path/);
    expect(format).not.toMatch(whole);
  }
  expect(haproxy).not.toMatch(/^ *option httplog/m);
  expect(read('kubernetes/base/ingress.yaml').match(/enable-access-log: "false"/g)).toHaveLength(2);

  const [, part = ''] = /regsub\("(.+?)","-",g\)/.exec(haproxy) ?? [];
  const [, map = ''] = /"~(.+?)" /.exec(nginx) ?? [];
  const cut = [
    (path: string) => path.replace(new RegExp(part, 'g'), '-'),
    (path: string) => path.replace(new RegExp(map), '$<loge_before>-$<loge_after>'),
  ];
  const placed = { box: new SecretBox(['k'.repeat(32)]), publicUrl: '' };
  for (const replace of cut) {
    expect(replace('/rooms/room_0123456789abcdefghij/card.jpg')).toBe('/rooms/room_0123456789abcdefghij/card.jpg');
    for (const path of ['/sign-in/link', '/account/address/object', '/desk/sign-in', '/unsubscribe'])
      expect(replace(`${path}/${createSecret()}`)).toBe(`${path}/-`);
    for (const links of [returnLinks(placed), reportLinks(placed)])
      expect(replace(links.linkOf('x'))).toBe(`${links.path}/-`);
  }
});

test.each([
  ['a key twice', 'a: 1\na: 2'],
  ['a tag that nobody knows', 'a: !secret b'],
  ['an unfinished list', 'a: [1'],
])('YAML with %s is refused', (_what, text) => {
  expect(parseStrictYaml(text).faults).not.toEqual([]);
});

test.each([
  ['a field that services do not have', 'restart: unless-stopped', 'restarts: unless-stopped', /must NOT have/],
  ['a service that nobody starts', 'gateway-1: { condition', 'gateway-9: { condition', /gateway-9, which is not there/],
  ['a volume that is not declared', 'redis:/data"]', 'rediss:/data"]', /rediss, which is no volume/],
  [
    'a secret of another part',
    '    LOGE_SFU_WORKERS:',
    '    DATABASE_URL: x\n    LOGE_SFU_WORKERS:',
    /sfu does not read DATABASE_URL/,
  ],
  [
    'an API secret that does more than metrics for Prometheus',
    'environment: LOGE_METRICS_SECRET',
    'environment: LOGE_API_SECRET',
    /Prometheus is given LOGE_API_SECRET/,
  ],
  [
    'a secret on a command line',
    '      - --realm=',
    '      - --static-auth-secret=$LOGE_TURN_SECRET\n      - --realm=',
    /sees LOGE_TURN_SECRET on a command line/,
  ],
  [
    'a secret on the command line of a program that a shell becomes',
    'exec redis-server ',
    'exec redis-server --requirepass "$$REDIS_PASSWORD" ',
    /sees REDIS_PASSWORD on a command line/,
  ],
  ['a variable that the example lacks', 'LOGE_TURN_SECRET:?', 'LOGE_TURN_PASSWORD:?', /LOGE_TURN_PASSWORD is not/],
])('a compose file with %s is refused', (_what, right, wrong, fault) => {
  expect(compose).toContain(right);
  expect(checkCompose(compose.replace(right, wrong), example).join('\n')).toMatch(fault);
});

test.each([
  ['a field in the wrong case', 'hostport: 1', /\/spec\/containers\/0\/ports\/0\/hostport is not a field/],
  ['a value of another type', "hostPort: '1'", /must be integer/],
])('a manifest with %s is refused', async (_what, field, fault) => {
  const text = `{ apiVersion: v1, kind: Pod, metadata: { name: p, labels: { any: thing } },
    spec: { containers: [{ name: c, ports: [{ containerPort: 1, ${field} }] }] } }`;
  expect((await checkKubernetes(text)).faults.join('\n')).toMatch(fault);
  expect((await checkKubernetes(text.replace(field, 'hostPort: 1'))).faults).toEqual([]);
});

test('a manifest of a kind or version that does not exist is refused', async () => {
  const text = '{ apiVersion: apps/v1beta9, kind: Deployment, metadata: { name: d } }';
  expect((await checkKubernetes(text)).faults.join()).toContain('has no such kind');
});

test('reports a variable that its component does not read, and a reference to none', () => {
  expect(faultsOfNames('gateway', ['LOGE_API_KEY', 'LOGE_APIKEY', 'POSTGRES_USER'], 'env.LOGE_API_KEY')).toEqual([
    'gateway does not read LOGE_APIKEY',
  ]);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { STRIPE_SECRET_KEY: 'x' } };
  const env = [{ name: 'LOGE_SFU_ANNOUNCED_ADDRESS', value: '$(HOST_ADDRESS)' }];
  const pod = { containers: [{ args: ['sfu'], envFrom: [{ secretRef: { name: 's' } }], env }] };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'n' },
    spec: { template: { spec: pod } },
  };
  expect(faultsInManifests([secret, set])).toEqual([
    'nothing defines $(HOST_ADDRESS)',
    'sfu does not read STRIPE_SECRET_KEY',
  ]);
});

test('reports an image without an exact tag, and fetches its digest from the registry', async () => {
  expect(faultsOfImages('image: docker.io/library/redis:8-alpine\nimage: docker.io/prom/prometheus:v3.14.0')).toEqual([
    'docker.io/library/redis:8-alpine has no exact tag (a whole version) and no digest',
  ]);
  const digest = `sha256:${'a'.repeat(64)}`;
  const registry = createServer((request, response) => {
    const { host } = request.headers;
    if (request.url?.startsWith('/token?service=here&scope=pull')) return void response.end('{"token":"anonymous"}');
    const isAllowed =
      request.headers.authorization === 'Bearer anonymous' && request.url === '/v2/library/redis/manifests/8.6.7';
    const challenge = `Bearer realm="http://${host}/token",service="here",scope="pull"`;
    response.writeHead(
      isAllowed ? 200 : 401,
      isAllowed ? { 'docker-content-digest': digest } : { 'www-authenticate': challenge },
    );
    response.end();
  });
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = registry.address() as AddressInfo;
    expect(await resolveDigest(`127.0.0.1:${port}/library/redis:8.6.7`, 'http')).toBe(digest);
    await expect(resolveDigest(`127.0.0.1:${port}/library/redis:0.0.0`, 'http')).rejects.toThrow('answered 401');
  } finally {
    registry.close();
  }
});

test('reports a vulnerability from npm audit until a reviewed exception names it', () => {
  const url = 'https://github.com/advisories/GHSA-xxxx-yyyy-zzzz';
  const audit = JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      leftpad: { via: [{ url, title: 'Pads too much', severity: 'high' }] },
      user: { via: ['leftpad'] },
    },
  });
  const exception = [
    { advisory: url, reason: 'Only a test uses it, on fixed input.', reviewedAt: '2026-11-01', until: '2026-12-01' },
  ];
  expect(faultsOfAudit(audit, '[]', '2026-11-27')).toEqual([`leftpad: Pads too much (high), ${url}`]);
  expect(faultsOfAudit(audit, JSON.stringify(exception), '2026-11-27')).toEqual([]);
  expect(faultsOfAudit(audit, JSON.stringify(exception), '2026-12-02')).toHaveLength(1);
  expect(faultsOfAudit('{"message": "405"}', '[]', '2026-11-27')).toBeUndefined();
});

test('finds the metrics and labels in a PromQL expression', () => {
  expect(parsePromql('sum by (code) (rate(a_total{x="1",y!~"2"}[$__rate_interval])) / b > 0.1')).toEqual({
    selectors: [
      { metric: 'a_total', labels: ['x', 'y'] },
      { metric: 'b', labels: [] },
    ],
    groupedBy: ['code'],
    fault: undefined,
  });
  expect(parsePromql('sum(rate(').fault).toBeDefined();
});

test('reports metrics, labels and groups that the code does not register', () => {
  expect(faultsOfExpression('sum by (outcome) (rate(loge_requests_total{request="x"}[5m]))', metrics)).toEqual([]);
  expect(faultsOfExpression('loge_request_total', metrics)).toEqual([
    'loge_request_total is no metric that the code registers',
  ]);
  expect(faultsOfExpression('loge_requests_total{event="x"}', metrics)).toEqual([
    'loge_requests_total has no label event',
  ]);
  expect(faultsOfExpression('sum by (code) (loge_requests_total)', metrics)).toEqual([
    'none of the metrics has the label code',
  ]);
  expect(faultsOfExpression('loge_request_seconds', metrics)).toHaveLength(1);
});

test('refuses an alert rule without a runbook text, or on an unknown metric', () => {
  const rule = {
    alert: 'Alert',
    expr: 'loge_sockets > 1',
    labels: { severity: 'page' },
    annotations: { summary: 's', action: 'a' },
  };
  const check = (changed: object) =>
    checkAlerts(JSON.stringify({ groups: [{ name: 'g', rules: [{ ...rule, ...changed }] }] }), metrics).faults;
  expect(check({})).toEqual([]);
  expect(check({ annotations: { summary: 's' } })).not.toEqual([]);
  expect(check({ expr: 'loge_sockts > 1' })).toEqual(['Alert: loge_sockts is no metric that the code registers']);
  expect(check({ fore: '1m' })).not.toEqual([]);
});

test('refuses an outdated dashboard, or one with an unknown metric', () => {
  const [first, ...others] = dashboard.panels?.filter(({ type }) => type === 'stat') ?? [];
  if (!first) throw new Error('The dashboard has no panel.');
  const changed = { ...dashboard, panels: [{ ...first, targets: [{ refId: 'A', expr: 'loge_gone' }] }, ...others] };
  expect(checkDashboard(dashboard, writeDashboard(dashboard), metrics)).toEqual([]);
  expect(checkDashboard(changed, writeDashboard(dashboard), metrics).join('\n')).toMatch(
    /node infra\/checks\/generate[\s\S]*loge_gone is no metric/,
  );
});

test.each([
  ['exponential', '/^(a|a)+$/', /not linear \(exponential\)/],
  ['quadratic', '/\\s+$/', /not linear \(2nd degree polynomial\)/],
  ['emoji with alternatives that overlap', '/^(?:\\p{RGI_Emoji}|\\s)+$/v', /could not be analysed/],
  ['made at run time', 'new RegExp(a)', /built at run time/],
])('a regular expression that is %s is a fault', (_what, expression, fault) => {
  expect(faultsOfSource('a.ts', `const a = 1;\nconst b = ${expression};`)).toEqual([expect.stringMatching(fault)]);
});

test('proves that a regular expression is linear, with any repetition counts', () => {
  expect(faultsOfSource('a.ts', 'const a = /^(cs|checkout)_[A-Za-z0-9_]{1,250}$/;')).toEqual([]);
});

test.skipIf(!promtool)(
  'Prometheus itself takes the configuration and the rules, and every alert is tested',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loge-prometheus-'));
    try {
      await cp(join(infra, 'prometheus'), folder, { recursive: true });
      const file = join(folder, 'prometheus.yaml');
      // The credentials are files of the container.
      await writeFile(join(folder, 'credential'), 'x');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll(/\/run\/secrets\/[a-z-]+/g, join(folder, 'credential')));
      await run(promtool ?? '', ['check', 'config', '--lint=all', '--lint-fatal', file]);
      await run(promtool ?? '', ['test', 'rules', join(folder, 'rules.test.yaml')]);
      const tests = await readFile(join(folder, 'rules.test.yaml'), 'utf8');
      const alerts = [...(await readFile(join(folder, 'rules.yaml'), 'utf8')).matchAll(/alert: (\w+)/g)].map(
        ([, name]) => name,
      );
      expect(alerts.filter((name) => !tests.includes(name ?? ''))).toEqual([]);
      // An alert that can't fire any more is noticed.
      const rules = await readFile(join(folder, 'rules.yaml'), 'utf8');
      await writeFile(join(folder, 'rules.yaml'), rules.replace('== 0 or', '== 5 or'));
      await expect(run(promtool ?? '', ['test', 'rules', join(folder, 'rules.test.yaml')])).rejects.toThrow();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test('a page over its budget is named, with the bytes of all that it imports', () => {
  const manifest: Manifest = {
    'lobby.ts': { file: 'assets/lobby-1.js', imports: ['_lit.js', '_sdk.js'] },
    '_lit.js': { file: 'assets/lit-2.js' },
    '_sdk.js': { file: 'assets/sdk-3.js', imports: ['_lit.js'] },
  };
  const sizes: Record<string, number> = {
    'embed.js': 5,
    'site/assets/lobby-1.js': 10,
    'site/assets/lit-2.js': 20,
    'site/assets/sdk-3.js': 30,
  };
  const budget: Budget = { name: 'the lobby', maxBytes: 65, scripts: ['embed.js'], sources: ['lobby.ts'] };
  const faults = (maxBytes: number, source = 'lobby.ts') =>
    faultsOfBudget({ ...budget, maxBytes, sources: [source] }, manifest, (file) => sizes[file] ?? 0);
  expect(faults(65)).toEqual([]);
  expect(faults(64)[0]).toMatch(/^the lobby: 65 bytes, 1 over its budget of 64; largest: site\/assets\/sdk-3.js 30/);
  expect(faults(65, 'gone.ts')).toEqual(['the lobby: the build has no gone.ts']);
});
