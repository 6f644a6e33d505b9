/**
 * The emulator alone: `node infra/stripe-emulator/main.ts --port 12111 --data .data/stripe.jsonl --webhook URL --secret
 * whsec_…`
 */
import { parseArgs } from 'node:util';
import { StripeEmulator } from './emulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '12111' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    webhook: { type: 'string' },
    secret: { type: 'string', default: 'whsec_emulator' },
    'connect-webhook': { type: 'string' },
    'connect-secret': { type: 'string', default: 'whsec_emulator_connect' },
    seed: { type: 'string' },
    'public-url': { type: 'string' },
    'no-shuffle': { type: 'boolean', default: false },
  },
});

const emulator = await StripeEmulator.create({
  port: Number(values.port),
  host: values.host,
  shuffle: !values['no-shuffle'],
  ...(values.data === undefined ? {} : { dataFile: values.data }),
  ...(values.webhook === undefined ? {} : { webhook: { url: values.webhook, secret: values.secret } }),
  ...(values['connect-webhook'] === undefined
    ? {}
    : { connectWebhook: { url: values['connect-webhook'], secret: values['connect-secret'] } }),
  ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  ...(values['public-url'] === undefined ? {} : { publicUrl: values['public-url'] }),
});
process.stdout.write(`${JSON.stringify({ url: emulator.url, seed: emulator.seed })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    emulator.close().then(() => process.exit(0));
  });
}
