/**
 * Starts everything in one process from the environment, or with `gateway` one gateway among several; prints its
 * address, and stops cleanly on Ctrl-C or SIGTERM.
 */
import { url as debuggerUrl } from 'node:inspector';
import { App } from './app.ts';
import { type Config, ConfigError, type Part, parseConfig } from './config.ts';
import { watchEventLoop } from './platform/event-loop-watchdog.ts';

const SHUTDOWN_LIMIT_MS = 15_000;
const REPEATED_SIGNAL_MS = 1_000;

async function main(): Promise<void> {
  const part: Part = process.argv[2] === 'gateway' ? 'gateway' : 'all';
  const config = parseConfig(process.env, part);
  const app = await App.create({ config });
  // Only after the start, which may block the event loop and has its own timeout in an orchestrator. A debugger stops
  // the event loop on purpose.
  if (debuggerUrl() === undefined) watchEventLoop(app.context.metrics);
  printWelcome(config, app);
  let stoppingSince: number | undefined;
  const stop = () => {
    if (stoppingSince !== undefined) {
      // One Ctrl-C may arrive twice, from the terminal and from npm. A later second one does not wait.
      if (performance.now() - stoppingSince > REPEATED_SIGNAL_MS) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    process.stdout.write('\nStopping …\n');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function printWelcome(config: Config, app: App): void {
  const lines = [
    '',
    `  Loge is open: ${config.publicUrl}`,
    '',
    `  API reference   ${config.publicUrl}/docs`,
    ...(app.emulator ? [`  Payments        test mode, Stripe emulator on ${app.emulator.url}`] : []),
    `  Data            ${config.databaseUrl ? 'Postgres' : config.dataDir}`,
    ...(config.redisUrl ? describeGateway(config, app) : []),
    '',
    ...(config.development ? describeReach(config) : describeHouse(config)),
    ...(config.development ? ['  Pay with card 4242 4242 4242 4242, any future date, any code.', ''] : []),
    '  Stop with Ctrl-C.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What a first production house easily lacks. */
function describeHouse({ hasSite, trustProxyHops }: Config): string[] {
  return [
    hasSite
      ? '  First operator: npm run operators -- invite ADDRESS'
      : '  This house only embeds. For people of its own: LOGE_SITE=on',
    ...(trustProxyHops === 0
      ? ['  Behind a proxy that ends TLS: LOGE_TRUST_PROXY=1, or all visitors count as one in the rate limits.']
      : []),
    '',
  ];
}

/** Development keys are public, so it matters who can reach the server. */
function describeReach({ host }: Config): string[] {
  const isLoopback = host === '127.0.0.1' || host === '::1' || host === 'localhost';
  return [
    isLoopback
      ? '  Reachable from this machine only. For other devices: LOGE_HOST=0.0.0.0 npm start'
      : `  Open to the network (LOGE_HOST=${host}) with published development keys: use it in a network that you trust.`,
    '',
  ];
}

function describeGateway({ port }: Config, app: App): string[] {
  return [
    `  This gateway    http://localhost:${port}, ${app.context.gateway} (one of several, over Redis)`,
    `  For operators   http://localhost:${port}/readyz, http://localhost:${port}/metrics`,
  ];
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? error.port : 'of this server';
    return `Port ${port} is taken by another program. Stop it, or choose another port and data folder: PORT=3100 LOGE_DATA_DIR=.data/3100 npm start`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error) => {
  process.stderr.write(`\nLoge could not start. ${explain(error)}\n`);
  process.exit(1);
});
