/**
 * One whole quarter of a house, played day by day, and then its books recounted to the cent by a script that shares no
 * code with the product: statements, DAC7 figures and file, journal, numbered papers, bills in creators' names, VAT,
 * cards and the provider's balance.
 */
import { parseArgs } from 'node:util';
import { sql } from '../../server/platform/db/sql.ts';
import { openDatabase } from '../support/databases/databases.ts';
import { SELLER } from '../support/houses/money-house.ts';
import { checkProvider, settle } from '../support/soak/checks.ts';
import { Dice } from '../support/soak/dice.ts';
import { SoakHouse } from '../support/soak/soak-house.ts';
import { CREATORS, Quarter } from './support/quarter/quarter.ts';
import { type Query, recount } from './support/quarter/recount.ts';
import { recountCreatorPapers } from './support/quarter/recount-creator-papers.ts';

const HELP = `Usage: npm run bench -- quarter [options]

Plays the last quarter of 2031 in a house with 3 creators and 40 fans, and recounts its books. Exit code 1: they differ.

  --seed N   repeats a run (default: drawn)
  --counts   prints how often each act succeeded or was refused
  --help     this text
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    counts: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const SEED = Number(values.seed);
const START_MS = Date.UTC(2031, 9, 1);
const MONTHS = ['2031-10', '2031-11', '2031-12', '2032-01'];
const QUARTER = '2031-Q4';
const say = (text: string) => process.stderr.write(`${text}\n`);

say(`seed ${SEED}`);
const dice = new Dice(SEED);
await using database = await openDatabase();
await using house = await SoakHouse.create({
  database,
  seed: SEED,
  dice: dice.fork(),
  startMs: START_MS,
  seller: { ...SELLER, taxNumber: '123456789' },
});
const quarter = new Quarter(house, dice);
await quarter.play();
await settle(house);
const { money } = house.app;
const { violations, doubled } = await checkProvider(house);
// What reconciliation has booked of the bank's movements is in the books now.
await money.sweep();
const broken = await money.checkInvariants();

const statements = await Promise.all(
  CREATORS.flatMap(({ identity }) => MONTHS.map((month) => money.statements.ofMonth(identity, month))),
);
const dac7 = await money.statements.dac7(QUARTER);
const vat = await money.vatReport.get(QUARTER);
const { chunks } = await money.journal.export({ from: MONTHS[0] ?? '', months: 3 });
const journal = (await Array.fromAsync(chunks)).join('');
const query: Query = async <Row>(statement: string) =>
  ((await database.orm.execute(sql.raw(statement))) as unknown as { rows: Row[] }).rows;
const { faults, figures } = await recount({
  query,
  stripe: house.stripe,
  reported: { statements, dac7, vat, journal },
});
const [filing] = await money.dac7Filings.file(2031, 'operator');
const { xml } = await money.dac7Filings.read(filing?.id ?? '');
const papers = await recountCreatorPapers({
  query,
  creators: CREATORS,
  months: MONTHS.slice(0, 3),
  dac7: { xml, year: 2031 },
});
faults.push(...papers.faults, ...violations, ...doubled, ...broken);
if (values.counts) say(JSON.stringify(quarter.counts, null, 1));
for (const fault of faults) say(fault);
const seconds = Math.round(performance.now() / 1_000);
process.stdout.write(
  `${JSON.stringify({ seed: SEED, seconds, faults: faults.length, ...figures, ...papers.figures })}\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
