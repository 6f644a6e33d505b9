/** Creates the configured payment provider: Stripe, a running emulator, or an emulator that is started here. */
import { join } from 'node:path';
import type { StripeEmulator } from '@loge/stripe-emulator';
import type { Config } from './config.ts';
import type { PaymentProvider } from './money/provider/payment-provider.ts';
import { StripeProvider } from './money/provider/stripe-provider.ts';
import type { Clock } from './platform/clock.ts';
import { ProcessLock } from './platform/jobs/process-lock.ts';
import type { Log } from './platform/log.ts';

/** The emulator's port, from `PORT`, unless configured. */
const EMULATOR_PORT_OFFSET = 1;
const EMULATOR_SECRET_KEY = 'sk_test_loge_emulator';
export const EMULATOR_WEBHOOK_SECRET = 'whsec_loge_emulator';

export async function createPayment({
  config,
  dataDir,
  clock,
  log,
}: {
  config: Config;
  dataDir: string;
  clock: Clock;
  log: Log;
}): Promise<{ provider: PaymentProvider; emulator?: StripeEmulator; close(): Promise<void> }> {
  const close = async () => {};
  if (config.stripe) {
    const { secretKey, webhookSecrets } = config.stripe;
    const { statementName } = config;
    return { provider: StripeProvider.create({ secretKey, webhookSecrets, statementName, clock, log }), close };
  }
  if (config.stripeEmulatorUrl)
    return { provider: createEmulatorProvider(new URL(config.stripeEmulatorUrl), clock, log), close };
  // Only development has the emulator; production does not load its code.
  const { StripeEmulator } = await import('@loge/stripe-emulator');
  // One address receives the events of the platform and of its connected accounts.
  const webhook = { url: `http://127.0.0.1:${config.port}/webhooks/stripe`, secret: EMULATOR_WEBHOOK_SECRET };
  const dataFile = join(dataDir, 'stripe-emulator.jsonl');
  const lock = await ProcessLock.create(dataFile, 'share its emulator by LOGE_STRIPE_EMULATOR_URL');
  const start = (port: number) =>
    StripeEmulator.create({ port, dataFile, webhook, connectWebhook: webhook, payoutInterval: 'manual' });
  const given = config.stripeEmulatorPort;
  const emulator = await start(given ?? config.port + EMULATOR_PORT_OFFSET)
    .catch((error) => {
      if (given !== undefined || !isPortTaken(error)) throw error;
      return start(0);
    })
    .catch(async (error) => {
      await lock.close();
      throw error;
    });
  return {
    provider: createEmulatorProvider(new URL(`http://127.0.0.1:${emulator.port}`), clock, log),
    emulator,
    close: () => emulator.close().finally(() => lock.close()),
  };
}

function createEmulatorProvider({ hostname: host, port }: URL, clock: Clock, log: Log): PaymentProvider {
  return StripeProvider.create({
    secretKey: EMULATOR_SECRET_KEY,
    webhookSecrets: [EMULATOR_WEBHOOK_SECRET],
    host,
    port: Number(port),
    protocol: 'http',
    clock,
    log,
  });
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
