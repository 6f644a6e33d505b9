/**
 * A child process that plays a hostile client: a thousand events per second of every malformed kind over the real
 * protocol, reconnecting whenever the server closes the connection. Arguments: URL, room, and optionally texts as JSON,
 * to send well-formed messages of these instead.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { signToken, WireFan } from './wire-fan.ts';

const [url = '', room = '', textsJson = '[]'] = process.argv.slice(2);
const texts: string[] = JSON.parse(textsJson);
const EVENTS_PER_SECOND = 1_000;
const BURST_MS = 10;
const OVERSIZED_CHARS = 70_000;
const CONNECTIONS = 4;
const TEXT_EVERY_MS = 100;

let sent = 0;
let closed = 0;

const ATTACKS: ((fan: WireFan, count: number) => void)[] = [
  // Well-formed, far over the rate limit.
  (fan, count) =>
    fan.sendRaw(`42${count}["chat:send",${JSON.stringify({ clientId: randomUUID(), text: `flood ${count}` })}]`),
  // Without an acknowledgement id.
  (fan) => fan.sendRaw('42["chat:send",{"text":1}]'),
  (fan, count) => fan.sendRaw(`42${count}["chat:send",{"clientId":"${'x'.repeat(4_000)}","text":[]}]`),
  // Forged sequence numbers.
  (fan, count) => fan.sendRaw(`42${count}["chat:history",{"since":9007199254740991}]`),
  (fan, count) => fan.sendRaw(`42${count}["chat:history",{"since":-1,"before":0,"limit":1e9}]`),
  (fan) => fan.sendRaw('42["chat:frame",{"entries":[{"kind":"message","seq":1}]}]'),
  (fan, count) => fan.sendRaw(`42${count}["__proto__",{}]`),
  (fan, count) => fan.sendRaw(`42${count}["no:such:event",{"deep":${'['.repeat(200)}${']'.repeat(200)}}]`),
];

async function attack(index: number): Promise<void> {
  for (let count = 0; ; ) {
    try {
      const auth = { token: signToken({ identity: `hostile-${index}`, room }), since: Number.MAX_SAFE_INTEGER };
      const fan = await WireFan.connect({ url, auth, index: 150 + index, onEvent: () => {} });
      const gone = new Promise((resolve) => fan.ws.once('close', resolve));
      let isGone = false;
      void gone.then(() => {
        isGone = true;
        closed += 1;
      });
      const perBurst = (EVENTS_PER_SECOND / CONNECTIONS / 1_000) * BURST_MS;
      while (!isGone) {
        for (let events = 0; events < perBurst; events += 1) {
          count += 1;
          sent += 1;
          ATTACKS[count % ATTACKS.length]?.(fan, count);
        }
        // Occasionally a frame that closes the connection: an invalid packet or one that is too large.
        if (count % 500 < perBurst) fan.sendRaw('42[');
        if (count % 700 < perBurst)
          fan.sendRaw(`42["chat:send",${JSON.stringify({ text: 'x'.repeat(OVERSIZED_CHARS) })}]`);
        await pause(BURST_MS);
      }
    } catch {
      await pause(BURST_MS * 5);
    }
  }
}

/** Costly messages, mostly within a participant's rate limit. */
async function sayCostly(index: number): Promise<void> {
  const auth = { token: signToken({ identity: `hostile-${index}`, room }) };
  const fan = await WireFan.connect({ url, auth, index: 150 + index, onEvent: () => {}, onClose: () => (closed += 1) });
  for (let count = 0; ; count += 1) {
    const text = texts[count % texts.length];
    fan.sendRaw(`42${count}["chat:send",${JSON.stringify({ clientId: randomUUID(), text })}]`);
    sent += 1;
    await pause(TEXT_EVERY_MS);
  }
}

for (let index = 0; index < CONNECTIONS; index += 1) void (texts.length > 0 ? sayCostly(index) : attack(index));
process.on('message', async () => {
  // Not before much was sent, and before the server has closed a connection for it.
  while (texts.length === 0 && (closed === 0 || sent <= 1_000)) await pause(BURST_MS);
  process.send?.({ result: { sent, closed } });
});
process.on('disconnect', () => process.exit(0));
