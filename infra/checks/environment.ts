/** The variables that deployments set are variables that the code reads: a misspelt one would be ignored without a word. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Manifest } from './kubernetes.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Ours, and those without our prefix that the server reads. */
const OURS = /^(LOGE_\w+|PORT|DATABASE_URL|REDIS_URL|STRIPE_\w+|WALLET_MODE|CONTENT_POLICY)$/;

const containers = z.array(z.looseObject({ env: z.array(z.looseObject({ name: z.string() })).default([]) }));
const withPods = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers }) }) }),
});
const withData = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});
const composeServices = z.looseObject({
  services: z.record(z.string(), z.looseObject({ environment: z.record(z.string(), z.unknown()).default({}) })),
});

/** Where the code reads its environment. */
const SETTINGS = ['server/config.ts', 'sfu/main.ts', 'sfu/settings.ts'];

function sourcesOfSettings(): string {
  return SETTINGS.map((file) => readFileSync(join(PROJECT, file), 'utf8')).join('\n');
}

export function faultsOfNames(names: Iterable<string>, sources = sourcesOfSettings()): string[] {
  const known = new Set(sources.match(/\b[A-Z][A-Z0-9_]+\b/g));
  return [...new Set(names)]
    .filter((name) => OURS.test(name) && !known.has(name))
    .map((name) => `nothing reads ${name}`);
}

export function namesInCompose(compose: unknown): string[] {
  return Object.values(composeServices.parse(compose).services).flatMap(({ environment }) => Object.keys(environment));
}

export function namesInManifests(manifests: Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const pods = withPods.safeParse(manifest);
    if (pods.success) return pods.data.spec.template.spec.containers.flatMap(({ env }) => env.map(({ name }) => name));
    const { data, stringData } = withData.parse(manifest);
    return [...Object.keys(data), ...Object.keys(stringData)];
  });
}
