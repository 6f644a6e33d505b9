/** The journal that an accountant reads, in the form of the French *fichier des écritures comptables*. */
import { expect, test } from 'vitest';
import { createId } from '../../../server/protocol/ids.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';

const DAY_MS = 86_400_000;
const COLUMNS =
  'JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise';

/** Months since the year 0. */
const yearMonthsOf = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
const lastDayOf = (month: string, months: number) => {
  const after = yearMonthsOf(month) + months;
  return new Date(Date.UTC(Math.floor(after / 12), after % 12, 0)).toISOString().slice(0, 10).replaceAll('-', '');
};

test('the journal has every entry once, in order, and carries balances forward', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db, isRunning: false, timeZone: 'Pacific/Auckland' });
  const { money } = house;
  const room = await house.createRoom({ kind: 'ticket', priceMinor: 1_250 });
  const fan = await house.createFan(5_000);
  const bought = await money.tickets.buy({ room, identity: fan, name: 'Léa\tdrop', from: 'wallet' });
  await money.sweep();
  const dayOf = (ms: number) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: 'Pacific/Auckland', dateStyle: 'short' }).format(ms);
  const firstDay = dayOf(house.now());
  house.advance(31 * DAY_MS);
  if ('ticket' in bought) await money.refunds.refund({ ticket: bought.ticket.id, reason: 'Ill' }, 'operator');
  await money.sweep();
  const secondDay = dayOf(house.now());
  const [first, second] = [firstDay.slice(0, 7), secondDay.slice(0, 7)];

  const read = async (from: string, months: number) => {
    const { name, chunks } = await money.journal.export({ from, months });
    const text = (await Array.fromAsync(chunks)).join('');
    expect(text).toMatch(/^[\x20-\x7e\t\r\n]*$/);
    const [head, ...lines] = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split('\t'));
    expect(head?.join(' ')).toBe(COLUMNS);
    return { name, lines };
  };
  const minorOf = (amount = '') => Number(amount.replace(',', ''));
  const balanceOf = (lines: string[][]) => lines.reduce((sum, line) => sum + minorOf(line[12]) - minorOf(line[11]), 0);

  const all = await read(first, 24);
  expect(all.name).toBe(`000000000FEC${lastDayOf(first, 24)}`);
  // Every entry of the ledger, in balanced transactions with numbers without a gap.
  const [{ count } = { count: 0 }] = await db.bulk<{ count: number }>(
    'select count(*)::int as count from ledger_entries',
    [],
  );
  expect(all.lines).toHaveLength(count);
  const numbers = [...new Set(all.lines.map((line) => Number(line[2])))];
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  for (const number of numbers) expect(balanceOf(all.lines.filter((line) => Number(line[2]) === number))).toBe(0);
  const wallet = all.lines.filter((line) => line[4] === '419100' && line[6] === fan);
  expect(balanceOf(wallet)).toBe(5_000);
  expect(new Set(all.lines.map((line) => line[3]))).toEqual(
    new Set([firstDay, secondDay].map((day) => day.replaceAll('-', ''))),
  );
  expect(all.lines.find((line) => line[10]?.startsWith('Billet'))?.[8]).toMatch(/^\d{4}-\d{6}$/);

  // The second day begins with the balances of the first; results are in one line.
  const later = await read(second, 12);
  const opening = later.lines.filter(([journal]) => journal === 'AN');
  expect(balanceOf(opening)).toBe(0);
  const before = (await read(first, yearMonthsOf(second) - yearMonthsOf(first))).lines;
  expect(balanceOf(opening.filter((line) => line[6] === fan))).toBe(
    balanceOf(before.filter((line) => line[6] === fan)),
  );
  const isResult = (line: string[]) => /^[67]/.test(line[4] ?? '');
  expect(opening.some(isResult)).toBe(false);
  expect(balanceOf(opening.filter((line) => line[4] === '110000'))).toBe(balanceOf(before.filter(isResult)));
  expect(opening.length + all.lines.length - before.length).toBe(later.lines.length);
});

test('a key of an embedder reads every amount, and no id of a person of the house', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db, isRunning: false });
  await house.createFan(5_000);
  await db.bulk("update ledger_accounts set owner = $1 where kind = 'fan_wallet'", [createId('person')]);
  const month = new Date(house.now()).toISOString().slice(0, 7);
  const read = async (ofEmbedders: boolean) => {
    const { chunks } = await house.money.journal.export({ from: month, months: 2 }, { ofEmbedders });
    return (await Array.fromAsync(chunks)).join('');
  };
  const [own, theirs] = [await read(false), await read(true)];
  expect(own).toContain('\tperson_');
  expect(theirs).not.toContain('person_');
  expect(theirs.split('\r\n')).toHaveLength(own.split('\r\n').length);
});
