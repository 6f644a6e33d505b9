import { hostname } from 'node:os';
import { z } from 'zod';
import { controlUrl } from './announcer.ts';

/**
 * The settings of an SFU node from its environment, validated with all faults named together. Only `main.ts` reads the
 * environment; in production the development defaults are refused.
 */

const DEVELOPMENT_SECRET = 'devsecret_of_the_sfu_not_for_production_0000';
const SECRET_MIN_CHARS = 32;
const CONTROL_PORT = 4001;
const HTTP_PORT = 4002;
const MEDIA_PORT = 40_000;
const WILDCARDS = ['0.0.0.0', '::'];

const text = z.string().trim().min(1);
const port = z.coerce.number().int().min(1).max(65_535);
const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'must look like 41000-41999')
  .transform((value) => {
    const [min = 0, max = 0] = value.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min >= 1 && min <= max && max <= 65_535, 'must be a range of ports');

const environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  LOGE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
  REDIS_URL: text.optional(),
  LOGE_SFU_ID: text.max(100).optional(),
  LOGE_SFU_REGION: z.string().trim().max(60).default(''),
  LOGE_SFU_LISTEN_IP: text.optional(),
  LOGE_SFU_ANNOUNCED_ADDRESS: text.optional(),
  LOGE_SFU_PORT: port.optional(),
  LOGE_SFU_WORKERS: z.coerce.number().int().min(1).max(256).optional(),
  LOGE_SFU_CONSUMERS_PER_WORKER: z.coerce.number().int().min(2).max(100_000).optional(),
  /** Whether the node keeps spares, if it has more than one worker. */
  LOGE_SFU_SPARES: z.enum(['on', 'off']).default('on'),
  /** One secret, or two separated by a comma during a rotation. */
  LOGE_SFU_SECRET: z
    .string()
    .transform((value) => value.split(',').map((secret) => secret.trim()))
    .refine(
      (secrets) => secrets.length <= 2 && secrets.every((secret) => secret.length >= SECRET_MIN_CHARS),
      `must be one secret of at least ${SECRET_MIN_CHARS} characters, or two separated by a comma`,
    )
    .optional(),
  LOGE_SFU_CONTROL_HOST: text.optional(),
  LOGE_SFU_CONTROL_PORT: port.default(CONTROL_PORT),
  LOGE_SFU_CONTROL_URL: z.url({ protocol: /^wss$/ }).optional(),
  LOGE_SFU_HTTP_PORT: port.default(HTTP_PORT),
  LOGE_SFU_PIPE_IP: text.optional(),
  LOGE_SFU_PIPE_ANNOUNCED_ADDRESS: text.optional(),
  LOGE_SFU_PIPE_PORTS: portRange.optional(),
  LOGE_SFU_DRAIN_SECONDS: z.coerce.number().int().min(0).max(86_400).default(60),
});

export type SfuSettings = ReturnType<typeof toSettings>;

/** Every fault of the environment, each with what to set. */
export class SettingsError extends Error {
  constructor(faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n  - ${faults.join('\n  - ')}`,
    );
    this.name = 'SettingsError';
  }
}

export function parseSettings(env: Record<string, string | undefined>): SfuSettings {
  // Compose files produce empty variables; these count as absent.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const parsed = environment.safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (given.NODE_ENV === 'production') {
    const required = {
      REDIS_URL: 'where gateways find this node',
      LOGE_SFU_SECRET: `what gateways and nodes prove themselves with; at least ${SECRET_MIN_CHARS} random characters`,
      LOGE_SFU_LISTEN_IP: 'the address on which media is received, 0.0.0.0 for all',
    };
    for (const [name, what] of Object.entries(required))
      if (!given[name]) faults.push(`${name}: needed in production: ${what}`);
    if (given.LOGE_SFU_SECRET?.includes(DEVELOPMENT_SECRET)) faults.push('LOGE_SFU_SECRET: is the development secret');
  }
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  return toSettings(parsed.data);
}

function toSettings(env: z.output<typeof environment>) {
  const development = env.NODE_ENV !== 'production';
  const controlHost = env.LOGE_SFU_CONTROL_HOST ?? (development ? '127.0.0.1' : '0.0.0.0');
  const reachable = env.LOGE_SFU_ANNOUNCED_ADDRESS ?? (WILDCARDS.includes(controlHost) ? hostname() : controlHost);
  const pipeAddress = env.LOGE_SFU_PIPE_ANNOUNCED_ADDRESS ?? env.LOGE_SFU_ANNOUNCED_ADDRESS;
  const secrets = env.LOGE_SFU_SECRET ?? [DEVELOPMENT_SECRET];
  return Object.freeze({
    development,
    logLevel: env.LOGE_LOG_LEVEL ?? (env.NODE_ENV === 'test' ? 'error' : 'info'),
    redisUrl: env.REDIS_URL,
    id: env.LOGE_SFU_ID,
    region: env.LOGE_SFU_REGION,
    secrets,
    media: {
      // The default is every address: Firefox sends no media to loopback.
      listenIp: env.LOGE_SFU_LISTEN_IP ?? '0.0.0.0',
      announcedAddress: env.LOGE_SFU_ANNOUNCED_ADDRESS,
      port: env.LOGE_SFU_PORT ?? MEDIA_PORT,
      portRequired: env.LOGE_SFU_PORT !== undefined,
      workers: env.LOGE_SFU_WORKERS,
      consumersPerWorkerMax: env.LOGE_SFU_CONSUMERS_PER_WORKER,
      spares: env.LOGE_SFU_SPARES === 'on',
    },
    pipes: {
      ip: env.LOGE_SFU_PIPE_IP ?? env.LOGE_SFU_LISTEN_IP ?? '127.0.0.1',
      ...(pipeAddress && { announcedAddress: pipeAddress }),
      ...(env.LOGE_SFU_PIPE_PORTS && { portRange: env.LOGE_SFU_PIPE_PORTS }),
    },
    control: {
      host: controlHost,
      port: env.LOGE_SFU_CONTROL_PORT,
      url: env.LOGE_SFU_CONTROL_URL ?? controlUrl(reachable, env.LOGE_SFU_CONTROL_PORT),
    },
    http: { host: controlHost, port: env.LOGE_SFU_HTTP_PORT },
    drainMs: env.LOGE_SFU_DRAIN_SECONDS * 1_000,
  });
}
