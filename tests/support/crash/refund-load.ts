/**
 * Refunds a ticket in a child process that kills itself with SIGKILL after the given number of steps. Prints the
 * purchase first.
 *
 * node refund-load.ts <Postgres URL> <file of the emulator> <steps>
 */
import { writeSync } from 'node:fs';
import { Database } from '../../../server/platform/db/db.ts';
import { openMoneyHouse } from '../houses/money-house.ts';
import { buyTicketByCard, countRefundSteps, countTransactions, Killer } from './refund-steps.ts';

const [url = '', dataFile = '', steps = '0'] = process.argv.slice(2);
const killer = new Killer(() => process.kill(process.pid, 'SIGKILL'));
const db = await Database.create({ url });
countTransactions(db, killer);
const wrapProvider = (provider: Parameters<typeof countRefundSteps>[0]) => countRefundSteps(provider, killer);
const house = await openMoneyHouse({ db, dataFile, isRunning: false, wrapProvider });
const bought = await buyTicketByCard(house);
writeSync(1, `${JSON.stringify(bought)}\n`);
killer.killAfter(Number(steps));
await house.money.refunds.refund({ ticket: bought.ticket, reason: 'The sound was gone' }, 'operator');
await house[Symbol.asyncDispose]();
await db.close();
