/**
 * `npm run operators`: invites a person to be an operator. If a running server holds the database (PGlite), it does the
 * work; otherwise this process opens the database.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Operators } from './accounts/operators/operators.ts';
import type { Roles } from './accounts/roles/roles.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { askOwnServer } from './own-server.ts';
import { systemClock } from './platform/clock.ts';
import { Database } from './platform/db/db.ts';
import { type OperatorInvitation, operatorInvitation } from './protocol/accounts/operators.ts';

const SERVER_TIMEOUT_MS = 30_000;
const COMMAND = 'npm run operators';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [verb, address, ...more] = positionals;
  if (verb !== 'invite' || address === undefined || more.length > 0) {
    throw new ConfigError(['write it like: invite ADDRESS [--json]']);
  }
  const config = parseConfig(process.env, 'command');
  if (!config.hasSite) throw new ConfigError(['LOGE_SITE: set it to `on`: only a house with accounts has people']);
  const invitation = (await askServer(config, address)) ?? (await inviteHere(config, address));
  process.stdout.write(values.json ? `${JSON.stringify(invitation, null, 2)}\n` : describe(invitation, config));
}

async function askServer(config: Config, address: string): Promise<OperatorInvitation | undefined> {
  const request = { method: 'POST', path: '/v1/operators/invitations', body: { address } } as const;
  const answer = await askOwnServer(config, { ...request, timeoutMs: SERVER_TIMEOUT_MS });
  return answer === undefined ? undefined : operatorInvitation.parse(answer);
}

async function inviteHere(config: Config, address: string): Promise<OperatorInvitation> {
  const db = await Database.create({ url: config.databaseUrl, dataDir: join(resolve(config.dataDir), 'pglite') });
  try {
    // Inviting gives no role yet, so no fact is reported.
    const roles: Pick<Roles, 'give' | 'wake'> = { give: () => Promise.reject(new Error('unused')), wake: () => {} };
    const appoint = () => Promise.reject(new Error('unused'));
    const operators = new Operators({ db, clock: systemClock, roles, appoint, publicUrl: config.publicUrl });
    return await operators.invite(address, COMMAND);
  } finally {
    await db.close();
  }
}

function describe({ address, url, expiresAt }: OperatorInvitation, { oidc }: Config): string {
  const way = oidc ? `a passkey or an account at ${new URL(oidc.issuer).host}` : 'a passkey';
  return `${address} becomes an operator with this link, signed in with that address and ${way}:\n\n  ${url}\n\nIt works once, until ${expiresAt}.\n`;
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`\nNobody was invited. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
