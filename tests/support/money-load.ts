/**
 * Moves money without end, in a process of its own that a test kills: tips, tickets, refunds and top-ups on one wallet. Every operation that
 * was answered is said on a line of its own, after the answer; what was said must be there whenever the process dies.
 *
 *   node money-load.ts <Postgres URL or PGlite folder> <file of the emulator>
 */
import { writeSync } from 'node:fs';
import { Database } from '../../server/platform/db.ts';
import { AppError } from '../../server/protocol/errors.ts';
import { createId, type TipId } from '../../server/protocol/ids.ts';
import { openMoneyHouse, pay } from './money-house.ts';

export interface Answered {
  kind: 'tip' | 'ticket' | 'refund' | 'topup';
  id: string;
}

const WORKERS = 6;
const EXPECTED = ['insufficient_funds', 'wallet_limit', 'already_refunded'];

const [target = '', dataFile = ''] = process.argv.slice(2);
const db = await Database.create(target.startsWith('postgres:') ? { url: target } : { dataDir: target });
const house = await openMoneyHouse({ db, dataFile });
const { money } = house;
const say = (answered: Answered): void => {
  writeSync(1, `${JSON.stringify(answered)}\n`);
};

const identity = await house.createFan(50_000);
const free = await house.createRoom({ kind: 'free' });

async function tip(): Promise<TipId> {
  const input = { amountMinor: 100 + Math.floor(Math.random() * 200), idempotencyKey: createId('event') };
  const receipt = await money.tip({ room: free, from: { identity, name: 'Léa', role: 'fan' }, input });
  say({ kind: 'tip', id: receipt.tip.id });
  return receipt.tip.id;
}

async function buyTicket(from: 'wallet' | 'card'): Promise<void> {
  const answer = await money.buyTicket({ room: await house.createRoom(), identity, name: 'Léa', from });
  if ('ticket' in answer) return say({ kind: 'ticket', id: answer.ticket.id });
  const { id } = await money.confirmCheckout(await pay(answer.checkoutUrl));
  say({ kind: 'ticket', id });
}

async function topUp(): Promise<void> {
  const { checkoutUrl, topup } = await money.createTopup({ identity, name: 'Léa', amountMinor: 1_000 });
  await money.confirmCheckout(await pay(checkoutUrl));
  say({ kind: 'topup', id: topup });
}

async function act(): Promise<void> {
  const chance = Math.random();
  if (chance < 0.5) await tip();
  else if (chance < 0.6)
    say({ kind: 'refund', id: (await money.refund({ tip: await tip(), reason: 'load' }, 'operator')).id });
  else if (chance < 0.75) await buyTicket('wallet');
  else if (chance < 0.85) await buyTicket('card');
  else await topUp();
}

async function work(): Promise<never> {
  for (;;) {
    await act().catch((error) => {
      if (!(error instanceof AppError) || !EXPECTED.includes(error.code)) throw error;
    });
  }
}

await Promise.all(Array.from({ length: WORKERS }, work));
