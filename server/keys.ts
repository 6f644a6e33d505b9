/**
 * `npm run keys`: creates, lists and revokes API keys. If a running server holds the database (PGlite), it does the
 * work; otherwise this process opens the database, and running servers see the change within a second.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ApiKeys } from './accounts/api-keys.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { askOwnServer } from './own-server.ts';
import { MemoryBus } from './platform/bus.ts';
import { DAY_MS, iso, systemClock } from './platform/clock.ts';
import { Database } from './platform/db/db.ts';
import { createLog, STDERR } from './platform/log.ts';
import { SecretBox } from './platform/secret-box.ts';
import { AppError } from './protocol/errors.ts';
import {
  type ApiKey,
  type ApiKeyInput,
  apiKey,
  apiKeyInput,
  apiKeyList,
  apiKeyWithSecret,
  SCOPES,
} from './protocol/keys.ts';

const SERVER_TIMEOUT_MS = 30_000;
const USAGE = `create --name NAME --scopes ${SCOPES.join(',')} [--expires DATE | --expires 90d] [--origins LIST] | list | revoke ID`;

type Command = { do: 'create'; input: ApiKeyInput } | { do: 'list' } | { do: 'revoke'; id: string };

async function main(): Promise<void> {
  const { command, isJson } = parseCommand(process.argv.slice(2));
  const config = parseConfig(process.env, 'command');
  const answer = (await askServer(config, command)) ?? (await runHere(config, command));
  process.stdout.write(isJson ? `${JSON.stringify(answer, null, 2)}\n` : describe(command, answer));
}

function parseCommand(args: string[]): { command: Command; isJson: boolean } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      expires: { type: 'string' },
      origins: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const [verb, id, ...more] = positionals;
  const isJson = values.json ?? false;
  if (verb === 'list' && id === undefined) return { command: { do: 'list' }, isJson };
  if (verb === 'revoke' && id !== undefined && more.length === 0) return { command: { do: 'revoke', id }, isJson };
  if (verb !== 'create' || id !== undefined) throw new ConfigError([`write it like: ${USAGE}`]);
  const input = apiKeyInput.safeParse({
    name: values.name,
    scopes: values.scopes?.split(',').map((scope) => scope.trim()),
    ...(values.origins === undefined ? {} : { origins: values.origins.split(',').map((origin) => origin.trim()) }),
    ...(values.expires === undefined ? {} : { expiresAt: parseExpiry(values.expires) }),
  });
  if (!input.success) throw new ConfigError([z.prettifyError(input.error), `write it like: ${USAGE}`]);
  return { command: { do: 'create', input: input.data }, isJson };
}

/** A date, or a number of days such as `90d`. */
function parseExpiry(text: string): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const atMs = days === undefined ? Date.parse(text) : Date.now() + Number(days) * DAY_MS;
  if (Number.isNaN(atMs)) throw new ConfigError([`--expires: "${text}" is no date; write it like 2027-11-01 or 90d`]);
  return iso(atMs);
}

type Answer = ApiKey | z.infer<typeof apiKeyWithSecret> | z.infer<typeof apiKeyList>;

async function askServer(config: Config, command: Command): Promise<Answer | undefined> {
  const path = '/v1/keys';
  const timeoutMs = SERVER_TIMEOUT_MS;
  switch (command.do) {
    case 'create': {
      const answer = await askOwnServer(config, { method: 'POST', path, body: command.input, timeoutMs });
      return answer === undefined ? undefined : apiKeyWithSecret.parse(answer);
    }
    case 'list': {
      const answer = await askOwnServer(config, { method: 'GET', path, timeoutMs });
      return answer === undefined ? undefined : apiKeyList.parse(answer);
    }
    case 'revoke': {
      const one = `${path}/${encodeURIComponent(command.id)}`;
      const answer = await askOwnServer(config, { method: 'DELETE', path: one, timeoutMs });
      return answer === undefined ? undefined : apiKey.parse(answer);
    }
  }
}

async function runHere(config: Config, command: Command): Promise<Answer> {
  const log = createLog({ level: config.logLevel, pretty: config.development, destination: STDERR });
  const db = await Database.create({ url: config.databaseUrl, dataDir: join(resolve(config.dataDir), 'pglite') });
  const apiKeys = await ApiKeys.create({
    db,
    box: new SecretBox(config.encryptionKeys),
    clock: systemClock,
    bus: new MemoryBus((error) => log.error({ err: error }, 'bus handler failed')),
    log,
    builtIn: config.builtInKeys,
  });
  try {
    const first = apiKeys.ring.authenticate(config.apiKey, config.apiSecret);
    if (!first) throw new AppError('credentials_invalid');
    if (command.do === 'create') return await apiKeys.create(command.input, first);
    if (command.do === 'revoke') return await apiKeys.revoke(command.id, first);
    return { keys: await apiKeys.list() };
  } finally {
    await apiKeys.close();
    await db.close();
  }
}

function describe(command: Command, answer: Answer): string {
  if ('keys' in answer) {
    return answer.keys.length === 0
      ? 'There are no API keys but those of the environment.\n'
      : answer.keys.map(describeKey).join('');
  }
  if ('secret' in answer) {
    return `${describeKey(answer)}  secret      ${answer.secret}\nThe secret is shown here and never again.\n`;
  }
  return `${describeKey(answer)}${command.do === 'revoke' ? 'It counts no more, nor does any token of it.\n' : ''}`;
}

function describeKey(key: ApiKey): string {
  const state = key.revokedAt
    ? `revoked ${key.revokedAt}`
    : key.expiresAt
      ? `${Date.parse(key.expiresAt) > Date.now() ? 'expires' : 'expired'} ${key.expiresAt}`
      : 'no expiry';
  return [
    `${key.id}  ${key.name}`,
    `  scopes      ${key.scopes.join(', ')}`,
    ...(key.origins ? [`  origins     ${key.origins.join(', ')}`] : []),
    `  made        ${key.createdAt} by ${key.createdBy}, ${state}`,
    `  last used   ${key.lastUsedAt ?? 'never'}`,
    '',
  ].join('\n');
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(
      `\nThe API keys were not touched. ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  },
);
