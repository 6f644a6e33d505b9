/**
 * The compose file against the schema of the Compose Specification, and its variables against the example that
 * operators copy.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { faultsInCompose } from './environment.ts';
import { parseStrictYaml } from './yaml.ts';

const require = createRequire(import.meta.url);

/** The schema comes with dclint; ours is not a copy that ages. */
function composeSchema(): object {
  const folder = dirname(require.resolve('dclint/package.json'));
  const schema = JSON.parse(readFileSync(join(folder, 'schemas', 'compose.schema.json'), 'utf8'));
  // Its draft is 07, which Ajv knows under its official address only.
  return { ...schema, $schema: 'http://json-schema.org/draft-07/schema#' };
}

export function checkCompose(text: string, exampleEnv: string): string[] {
  const { documents, faults } = parseStrictYaml(text);
  const [compose, ...more] = documents;
  if (faults.length > 0) return faults;
  if (more.length > 0) return ['a compose file is one document'];
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration: true, subnet_ip_address: true } });
  const validate = ajv.compile(composeSchema());
  if (!validate(compose)) {
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      return `${instancePath || '/'} ${message} ${JSON.stringify(params)}`;
    });
  }
  return [...checkReferences(compose as Compose), ...checkVariables(text, exampleEnv), ...faultsInCompose(compose)];
}

interface Compose {
  services: Record<
    string,
    { image?: string; depends_on?: Record<string, { condition: string }>; volumes?: string[]; [key: string]: unknown }
  >;
  volumes?: Record<string, unknown>;
}

/**
 * What the schema can't say: that a service waits for one that exists, and for its health only where it has a check.
 */
function checkReferences({ services, volumes = {} }: Compose): string[] {
  const faults: string[] = [];
  for (const [name, service] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const target = services[other];
      if (!target) faults.push(`/services/${name} depends on ${other}, which is not there`);
      // Loge's own services have their check in the image.
      else if (condition === 'service_healthy' && !target.healthcheck && !isOurs(target)) {
        faults.push(`/services/${name} waits for the health of ${other}, which has no check`);
      }
    }
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (/^[a-z]/.test(source) && !(source in volumes))
        faults.push(`/services/${name} mounts ${source}, which is no volume`);
    }
  }
  return faults;
}

function isOurs({ image }: { image?: string }): boolean {
  return image?.includes('LOGE_IMAGE') ?? false;
}

function checkVariables(text: string, exampleEnv: string): string[] {
  const used = new Set([...text.matchAll(/(?<!\$)\$\{([A-Z_]+)(:[?-])?/g)].map(([, name]) => name ?? ''));
  const optional = new Set([...text.matchAll(/\$\{([A-Z_]+):-/g)].map(([, name]) => name ?? ''));
  const given = new Set([...exampleEnv.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? ''));
  return [
    ...[...used]
      .filter((name) => !given.has(name) && !optional.has(name))
      .map((name) => `${name} is not in the example`),
    ...[...given].filter((name) => !used.has(name)).map((name) => `${name} of the example is not used`),
  ];
}
