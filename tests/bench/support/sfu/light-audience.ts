/**
 * Hundreds of viewers without a decoder in a process of their own: they come in at the load balancer, and say what each
 * of them saw.
 */
import { LightFan } from '../../../support/people/light-fan.ts';

const AT_ONCE = 8;
const fans: LightFan[] = [];

const methods = {
  async join({ url, tokens }: { url: string; tokens: string[] }) {
    for (let first = 0; first < tokens.length; first += AT_ONCE) {
      const group = tokens.slice(first, first + AT_ONCE).map((token) => LightFan.join({ url, token }));
      fans.push(...(await Promise.all(group)));
    }
  },
  async begin({ text }: { text: string }) {
    for (const fan of fans) fan.begin(text);
  },
  async figures() {
    return fans.map((fan) => fan.figures);
  },
};

process.on('message', async ({ id, method, params }: { id: number; method: keyof typeof methods; params: never }) => {
  process.send?.({ id, data: (await methods[method](params)) ?? null });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: {} });
