/**
 * Pays a creator out in a child process that a test kills: the provider executes the transfer and never answers. Prints
 * a line `transferred` once the transfer exists.
 *
 * node payout-load.ts <Postgres URL or PGlite folder> <file of the emulator>
 */
import { writeSync } from 'node:fs';
import { Database } from '../../../server/platform/db/db.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { openMoneyHouse } from '../houses/money-house.ts';
import { eventually } from '../run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const [target = '', dataFile = ''] = process.argv.slice(2);
const db = await Database.create(target.startsWith('postgres:') ? { url: target } : { dataDir: target });
const house = await openMoneyHouse({ db, dataFile, isRunning: false });
const { stripe } = house;
const { creator, money, emulator } = house;

const room = await house.createRoom({ kind: 'free' });
const fan = await house.createFan(20_000);
await money.tips.send({
  room,
  from: { identity: fan, name: 'Léa', role: 'fan' },
  input: { amountMinor: 10_000, idempotencyKey: createId('event') },
});
await money.creatorAccounts.startOnboarding({ creator: { identity: creator, name: 'Ada', country: 'FR' } });
const [account] = (await stripe.accounts.list({ limit: 100 })).data;
emulator.act('onboard_account', { account: account?.id ?? '' });
await money.creatorAccounts.describe(creator);
house.advance(20 * DAY_MS);
await money.sweep();

emulator.addFault({ method: 'POST', path: '/v1/transfers', kind: 'hang', isApplied: true, times: 100 });
await money.payouts.createBatch({ by: 'operator' });
await eventually(async () => (await stripe.transfers.list({ limit: 1 })).data.length > 0);
writeSync(1, `${JSON.stringify({ transferred: creator })}\n`);
setInterval(() => {}, 60_000);
