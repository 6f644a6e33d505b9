/**
 * The variables that a deployment gives to a part are variables that this part reads. A misspelt one would be ignored,
 * and a secret that a part does not need would be lost with it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Manifest } from './kubernetes.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Ours, and those without our prefix that the server reads. */
const OURS = /^(LOGE_\w+|PORT|DATABASE_URL|DATABASE_MIGRATION_URL|REDIS_URL|STRIPE_\w+|WALLET_MODE|CONTENT_POLICY)$/;

/** Kubernetes replaces a reference only to a variable that the container defines, before the one that refers to it. */
const REFERENCE = /\$\((\w+)\)/g;

const reference = z.looseObject({ name: z.string() }).optional();
const container = z.looseObject({
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().default('') })).default([]),
  envFrom: z.array(z.looseObject({ configMapRef: reference, secretRef: reference })).default([]),
});
const withPods = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.array(container) }) }) }),
});
const withData = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});
const composeServices = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      entrypoint: z.union([z.string(), z.array(z.string())]).default([]),
      command: z.union([z.string(), z.array(z.string())]).default([]),
      environment: z.record(z.string(), z.unknown()).default({}),
      secrets: z.array(z.string()).default([]),
    }),
  ),
  secrets: z.record(z.string(), z.looseObject({ environment: z.string().optional() })).default({}),
});

/** Where each part reads its environment. The first argument of the image names the part. */
export const SETTINGS: Record<string, string[]> = {
  gateway: ['server/config.ts'],
  sfu: ['sfu/main.ts', 'sfu/settings.ts'],
  migrate: ['server/migrate.ts'],
  witness: ['server/witness.ts'],
};

function sourcesOf(part: string): string {
  return (SETTINGS[part] ?? []).map((file) => readFileSync(join(PROJECT, file), 'utf8')).join('\n');
}

export function faultsOfNames(part: string, names: Iterable<string>, sources = sourcesOf(part)): string[] {
  const known = new Set(sources.match(/\b[A-Z][A-Z0-9_]+\b/g));
  return [...new Set(names)]
    .filter((name) => OURS.test(name) && !known.has(name))
    .map((name) => `${part} does not read ${name}`);
}

/** Of a shell's script, the program that it becomes: `printf` is part of the shell, and no process. */
function faultsOfCommandLine(argument: string): string[] {
  const program = argument.split(/\bexec /).at(-1) ?? '';
  const secrets = program.match(/\$[({]?\w*(SECRET|PASSWORD)\w*/g) ?? [];
  return secrets.map((name) => `every user of the machine sees ${name.replace(/^\W+/, '')} on a command line`);
}

export function faultsInCompose(compose: unknown): string[] {
  const { services, secrets } = composeServices.parse(compose);
  return Object.values(services).flatMap(({ entrypoint, command, environment, secrets: given }) => {
    const part = command[0] ?? '';
    const shown = [entrypoint, command].flat().flatMap(faultsOfCommandLine);
    const scraping = given.flatMap((name) => faultsOfScrape(secrets[name]?.environment));
    return [...shown, ...scraping, ...(part in SETTINGS ? faultsOfNames(part, Object.keys(environment)) : [])];
  });
}

/** Prometheus reads metrics, and is given no secret that can do more. */
const METRICS_SECRET = 'LOGE_METRICS_SECRET';
const scrape = z.looseObject({
  spec: z.looseObject({
    endpoints: z.array(
      z.looseObject({ basicAuth: z.looseObject({ password: z.looseObject({ key: z.string() }) }).optional() }),
    ),
  }),
});

function faultsOfScrape(secret: string | undefined): string[] {
  return secret === undefined || secret === METRICS_SECRET ? [] : [`Prometheus is given ${secret}`];
}

function findUndefined(text: string, defined: string[]): string[] {
  const references = [...text.matchAll(REFERENCE)];
  return references.flatMap(([found, name = '']) => (defined.includes(name) ? [] : [`nothing defines ${found}`]));
}

/** `manifests` are all of a deployment, with the maps and secrets that its pods name. */
export function faultsInManifests(manifests: Manifest[]): string[] {
  const namesOf = (kind: string, name: string | undefined): string[] => {
    const source = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    const { data, stringData } = withData.parse(source ?? {});
    return [...Object.keys(data), ...Object.keys(stringData)];
  };
  return manifests.flatMap((manifest) => {
    if (manifest.kind === 'ServiceMonitor') {
      const { endpoints } = scrape.parse(manifest).spec;
      return endpoints.flatMap(({ basicAuth }) => faultsOfScrape(basicAuth?.password.key));
    }
    const pods = withPods.safeParse(manifest);
    if (!pods.success) return [];
    return pods.data.spec.template.spec.containers.flatMap(({ command, args, env, envFrom }) => {
      const names = env.map(({ name }) => name);
      const unknown = [
        ...[...command, ...args].flatMap(faultsOfCommandLine),
        ...args.flatMap((text) => findUndefined(text, names)),
        ...env.flatMap(({ value }, index) => findUndefined(value, names.slice(0, index))),
      ];
      const part = args[0] ?? '';
      if (!(part in SETTINGS)) return unknown;
      const given = envFrom.flatMap(({ configMapRef, secretRef }) => [
        ...namesOf('ConfigMap', configMapRef?.name),
        ...namesOf('Secret', secretRef?.name),
      ]);
      return [...unknown, ...faultsOfNames(part, [...names, ...given])];
    });
  });
}
