/**
 * `npm run witness`: this software as a witness for the logs of other houses. One process with two files: its key, and
 * a database with a row a log. Stops cleanly on Ctrl-C or SIGTERM.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { createLog } from './platform/log.ts';
import { formatVkey } from './trust/transparency/tlog/note-keys.ts';
import { WitnessStore } from './trust/transparency/witness/witness.store.ts';
import { Witness, type WitnessedLog } from './trust/transparency/witness/witness.ts';
import { createKey, hasKey, readKey, WitnessKeyError } from './trust/transparency/witness/witness-key.ts';
import { WitnessServer } from './trust/transparency/witness/witness-server.ts';
import { parseWitnessedLogs } from './witness-lists.ts';

const DEFAULT_PORT = 4010;
const SHUTDOWN_LIMIT_MS = 10_000;

const environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(DEFAULT_PORT),
  LOGE_HOST: z.string().optional(),
  /** Where logs reach it. Without its scheme it names the key that is made at the first start. */
  LOGE_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  LOGE_DATA_DIR: z.string().default('.data'),
  LOGE_WITNESS_LOGS: z.string().default('').transform(parseWitnessedLogs),
  LOGE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

async function main(): Promise<void> {
  const settings = parseSettings(process.env);
  const folder = join(settings.dataDir, 'witness');
  const { signer, store } = openFolder(folder, settings.publicUrl);
  const { logs, host, port } = settings;
  const log = createLog({ level: settings.logLevel, pretty: settings.development });
  const witness = new Witness({ signer, store, logs, clock: systemClock, log });
  const server = await WitnessServer.create({ witness, host, port, log });
  process.stdout.write(describe({ ...settings, vkey: formatVkey(signer.key), folder }));
  let isStopping = false;
  const stop = () => {
    // One Ctrl-C may arrive twice, from the terminal and from npm.
    if (isStopping) return;
    isStopping = true;
    process.stdout.write('\nStopping …\n');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    server.close().then(() => {
      store.close();
      process.exit(0);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function parseSettings(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const { success, data, error } = environment.safeParse(given);
  if (!success) throw new ConfigError(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  const production = data.NODE_ENV === 'production';
  if (production && !data.LOGE_PUBLIC_URL) {
    throw new ConfigError(['LOGE_PUBLIC_URL: set it to the address under which logs reach this witness']);
  }
  return {
    development: !production,
    port: data.PORT,
    host: data.LOGE_HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    publicUrl: (data.LOGE_PUBLIC_URL ?? `http://localhost:${data.PORT}`).replace(/\/$/, ''),
    dataDir: data.LOGE_DATA_DIR,
    logs: data.LOGE_WITNESS_LOGS,
    logLevel: data.LOGE_LOG_LEVEL,
  };
}

/** Key and database begin together: a witness that has forgotten what it cosigned could cosign another tree. */
function openFolder(folder: string, publicUrl: string) {
  const [keyFile, dbFile] = [join(folder, 'key'), join(folder, 'witness.db')];
  mkdirSync(folder, { recursive: true });
  if (hasKey(keyFile)) {
    if (!WitnessStore.exists(dbFile)) {
      throw new WitnessKeyError(
        `${dbFile} is missing. A witness does not go on without what it cosigned: remove ${keyFile} to begin as another.`,
      );
    }
    return { signer: readKey(keyFile), store: WitnessStore.open(dbFile) };
  }
  const store = WitnessStore.open(dbFile);
  const { host, pathname } = new URL(publicUrl);
  return { signer: createKey(keyFile, `${host}${pathname.replace(/\/$/, '')}`), store };
}

function describe(options: { publicUrl: string; vkey: string; folder: string; logs: readonly WitnessedLog[] }): string {
  const { publicUrl, vkey, folder, logs } = options;
  const lines = [
    '',
    `  The witness is open: ${publicUrl}`,
    '',
    `  Verifier key   ${vkey}`,
    `  Data           ${folder}`,
    ...logs.map(({ origin }, index) => `  ${index === 0 ? 'Logs          ' : '              '} ${origin}`),
    '',
    ...(logs.length === 0
      ? ['  It knows no log yet. Set LOGE_WITNESS_LOGS to what the other house shows at /transparency/log/vkey.', '']
      : []),
    '  In the other house set:',
    '',
    `  LOGE_WITNESSES='${vkey} ${publicUrl}'`,
    '',
    '  Stop with Ctrl-C.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof WitnessKeyError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? error.port : 'of this witness';
    return `Port ${port} is taken by another program. Stop it, or choose another port: PORT=4011 npm run witness`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error) => {
  process.stderr.write(`\nThe witness could not start. ${explain(error)}\n`);
  process.exit(1);
});
