/** Creates the configured payment provider: Stripe, a running emulator, or an emulator that is started here. */
import { join } from 'node:path';
import type { StripeEmulator } from '@loge/stripe-emulator';
import type { Config } from './config.ts';
import type { PaymentProvider } from './money/provider/payment-provider.ts';
import { StripeProvider } from './money/provider/stripe-provider.ts';
import type { Clock } from './platform/clock.ts';
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
}): Promise<{ provider: PaymentProvider; emulator?: StripeEmulator }> {
  if (config.stripe) {
    const { secretKey, webhookSecrets } = config.stripe;
    return { provider: StripeProvider.create({ secretKey, webhookSecrets, clock, log }) };
  }
  if (config.stripeEmulatorUrl)
    return { provider: createEmulatorProvider(new URL(config.stripeEmulatorUrl), clock, log) };
  // Only development has the emulator; production does not load its code.
  const { StripeEmulator } = await import('@loge/stripe-emulator');
  // One address receives the events of the platform and of its connected accounts.
  const webhook = { url: `http://127.0.0.1:${config.port}/webhooks/stripe`, secret: EMULATOR_WEBHOOK_SECRET };
  const start = (port: number) =>
    StripeEmulator.create({
      port,
      dataFile: join(dataDir, 'stripe-emulator.jsonl'),
      webhook,
      connectWebhook: webhook,
    });
  const given = config.stripeEmulatorPort;
  const emulator = await start(given ?? config.port + EMULATOR_PORT_OFFSET).catch((error) => {
    if (given !== undefined || !isPortTaken(error)) throw error;
    return start(0);
  });
  return { provider: createEmulatorProvider(new URL(`http://127.0.0.1:${emulator.port}`), clock, log), emulator };
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
