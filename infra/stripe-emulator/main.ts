/**
 * The emulator alone: `node infra/stripe-emulator/main.ts --port 12111 --data .data/stripe.jsonl --webhook URL --secret
 * whsec_…`
 */
import { parseArgs } from 'node:util';
import { StripeEmulator } from './emulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '12111' },
    data: { type: 'string' },
    webhook: { type: 'string' },
    secret: { type: 'string', default: 'whsec_emulator' },
    'connect-webhook': { type: 'string' },
    'connect-secret': { type: 'string', default: 'whsec_emulator_connect' },
    seed: { type: 'string' },
  },
});

const emulator = await StripeEmulator.create({
  port: Number(values.port),
  ...(values.data === undefined ? {} : { dataFile: values.data }),
  ...(values.webhook === undefined ? {} : { webhook: { url: values.webhook, secret: values.secret } }),
  ...(values['connect-webhook'] === undefined
    ? {}
    : { connectWebhook: { url: values['connect-webhook'], secret: values['connect-secret'] } }),
  ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
});
process.stdout.write(`${JSON.stringify({ url: emulator.url })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    emulator.close().then(() => process.exit(0));
  });
}
