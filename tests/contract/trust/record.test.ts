/** The record: what is appended when, what everybody can check, what erasure leaves, and what an owner cannot hide. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isSignedByPasskey } from '../../../server/accounts/passkeys/ceremonies.ts';
import { PERSONAL_TABLES } from '../../../server/personal-tables.ts';
import { iso } from '../../../server/platform/clock.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { PersonRecords } from '../../../server/platform/db/person-records.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { committeeTerms } from '../../../server/trust/committee/committee.schema.ts';
import { commitmentOf } from '../../../server/trust/transparency/record/record-entry.ts';
import { parseVkey } from '../../../server/trust/transparency/tlog/note-keys.ts';
import type { ShownRecord } from '../../../server/trust/transparency/verify/published-copy.ts';
import { verifyRecord } from '../../../server/trust/transparency/verify/verify.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { asOwner, resign } from '../../support/tlog/owner.ts';
import { publishedBy } from '../../support/tlog/published-by.ts';

const DAY_MS = 24 * 3_600_000;
const NO_KEYS = { log: [], witnesses: [], members: [] };
const both = (en: string, fr = `${en} (fr)`) => ({ en, fr });

describe.each(DATABASES)('the record on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: ReviewHouse;
  let room: RoomId;

  beforeEach(async () => {
    db = await open();
    house = await ReviewHouse.create(db);
    room = await house.createRoom();
  });
  afterEach(async () => {
    await house.close();
    await db[Symbol.asyncDispose]();
  });

  const record = () => house.domains.record;
  const pinKey = async () => ({ ...NO_KEYS, log: [parseVkey((await record().readKeys()).trim())] });
  const faultsOf = async (options: Partial<Parameters<typeof verifyRecord>[0]> = {}) => {
    const pinned = await pinKey();
    const { findings } = await verifyRecord({
      copy: publishedBy(house),
      pinned,
      verifyPasskey: isSignedByPasskey,
      ...options,
    });
    return findings.filter(({ level }) => level === 'wrong').map(({ what }) => what);
  };
  const sweepAll = async () => {
    while (await record().sweep());
  };
  const nextDay = async () => {
    house.clock.advance(DAY_MS);
    await sweepAll();
  };
  const list = async () => (await record().list({ limit: 1_000 })) as Record<string, unknown>[];
  async function decide(accused: string): Promise<string> {
    const of = await house.report(room, 'lea', { subject: { kind: 'person', id: accused }, category: 'harassment' });
    return (await house.decide(of, [{ kind: 'mute' }])).id;
  }
  test('a day is appended after its midnight, once, and everything fits', async () => {
    await sweepAll();
    expect(await record().readCheckpoint()).toMatch(/^[^\n]+\/transparency\/log\n0\n/);
    await decide('max');
    await sweepAll();
    expect(await list()).toEqual([]);
    house.clock.advance(DAY_MS);
    await Promise.all([sweepAll(), sweepAll()]);
    const entries = await list();
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['charter', 'day', 'decision']);
    expect(entries.find(({ kind }) => kind === 'decision')).toEqual({
      ...{ seq: expect.any(Number), hash: expect.any(String), commitment: expect.any(String), kind: 'decision' },
      ...{ month: '2026-05', category: 'harassment', article: 'conduct', version: 1, byLaw: false, late: false },
      ...{ machine: false, stage: 'final', measure: 'mute' },
    });
    expect(await faultsOf()).toEqual([]);
    await sweepAll();
    expect(await list()).toHaveLength(3);
  });

  test('a day is appended in no order of time', async () => {
    const decided: string[] = [];
    for (let at = 0; at < 12; at += 1) decided.push(await decide(`max-${at}`));
    await nextDay();
    const rows = await house.rows<{ subject: string }>(
      "select subject from record_entries where kind = 'decision' order by seq",
    );
    const appended = rows.map(({ subject }) => subject);
    expect([...appended].sort()).toEqual([...decided].sort());
    expect(appended).not.toEqual(decided);
  });

  test('what is public proves its commitment; what is not is in the export of the person alone', async () => {
    const { committee } = house.domains;
    await committee.createSeat(both('Law of data'), 'op');
    const at = iso(house.clock.now());
    await db.orm.insert(committeeTerms).values({
      ...{ id: createId('committeeTerm'), person: 'm-1', seat: (await committee.view()).seats[0]?.id ?? '' },
      ...{ seatName: both('Law of data'), invitedBy: 'op', appointedBy: both('Founders'), appointedAt: at },
      ...{ from: at, until: iso(house.clock.now() + 400 * DAY_MS) },
    });
    await decide('max');
    await nextDay();
    const entries = await list();
    const appointment = entries.find(({ kind }) => kind === 'appointment');
    expect(appointment).toMatchObject({ content: { person: 'm-1', appointedBy: both('Founders') } });
    const opening = { salt: String(appointment?.salt), content: JSON.stringify(appointment?.content) };
    expect(commitmentOf(opening)).toBe(appointment?.commitment);
    const shown = (change: object) => {
      const records = entries.map((each) => (each === appointment ? { ...each, ...change } : each));
      return faultsOf({ copy: { ...publishedBy(house), records: async () => records as ShownRecord[] } });
    };
    expect(await shown({ content: { person: 'm-2' } })).toEqual([
      `the words that are shown of entry ${appointment?.seq} are not those that it was made of`,
    ]);
    expect(await shown({ hash: entries.at(-1)?.hash })).toEqual([
      `record ${appointment?.seq} is shown with another hash than its entry's`,
    ]);
    expect(JSON.stringify(entries.filter(({ kind }) => kind === 'decision'))).not.toMatch(/max|insults|salt/);

    const records = new PersonRecords(db, PERSONAL_TABLES);
    const exported = (await records.export('max')).find(({ table }) => table === 'record_openings');
    expect(exported?.rows).toMatchObject([{ content: expect.stringContaining('It insults a person.') }]);
    const decision = entries.find(({ kind }) => kind === 'decision');
    expect(commitmentOf(exported?.rows[0] as never)).toBe(decision?.commitment);
  });

  test('the figures of a quarter follow from the entries, and others are named', async () => {
    for (const accused of ['max', 'eve', 'kim']) await decide(accused);
    await nextDay();
    house.clock.advance(60 * DAY_MS);
    await sweepAll();
    expect((await list()).map(({ kind }) => kind)).toContain('figures');
    expect(await faultsOf()).toEqual([]);
    const rows = await house.rows<{ kind: string; entry: string }>('select * from record_entries order by seq');
    await remake(rows.map((row) => ({ ...row, entry: row.entry.replace('"casesOpened":0', '"casesOpened":1') })));
    expect(await faultsOf()).toEqual([
      '2026-Q2: committee.casesOpened is 1, and the entries make 0',
      '2026-Q2: other figures are shown than recorded',
    ]);
  });

  test('erasure takes words, salt and name out; the tree stays', async () => {
    await decide('max');
    await decide('eve');
    await nextDay();
    const [before, checkpoint] = [await list(), await record().readCheckpoint()];
    await new PersonRecords(db, PERSONAL_TABLES).erase('max');
    const left = await house.rows<{ salt: string | null; content: string | null; person: string | null }>(
      'select salt, content, person, about from record_openings order by person',
    );
    expect(left).toMatchObject([{ person: 'eve' }, { salt: null, content: null, person: null, about: null }]);
    expect([await list(), await record().readCheckpoint()]).toEqual([before, checkpoint]);
    expect(await faultsOf({ since: checkpoint })).toEqual([]);
    expect(JSON.stringify(await house.rows('select * from record_entries, record_openings'))).not.toContain('max');
  });

  test('guards refuse every change but an erasure', async () => {
    await decide('max');
    await nextDay();
    for (const statement of [
      "update record_entries set entry = '{}'",
      'delete from record_entries',
      'delete from record_checkpoints',
      "update record_checkpoints set note = ''",
      'delete from record_openings',
      "update record_openings set content = '{}'",
      "update record_openings set public_from = '2026-01-01'",
      'delete from record_tiles',
      'delete from record_keys',
      "update record_keys set vkey = 'x'",
      'truncate record_logs',
    ])
      await expect(house.rows(statement), statement).rejects.toThrow();
    await house.rows('update record_openings set salt = null, content = null');
  });

  test('an owner with the key who changes, deletes or rewrites is found by whoever kept a checkpoint', async () => {
    await decide('max');
    await decide('eve');
    await nextDay();
    const kept = await record().readCheckpoint();
    await decide('kim');
    await nextDay();
    expect(await faultsOf({ since: kept })).toEqual([]);

    await asOwner(
      db,
      `update record_entries set entry = replace(entry, '"measure":"mute"', '"measure":"none"') where seq = 0 or seq = 1`,
    );
    const changed = await faultsOf();
    expect(changed).toContain('the entries do not make the root of the checkpoint');
    expect(changed).toContain('tile/0/000.p/6 is missing, or is not of these entries');

    // The whole tree is made anew of it, and signed with the key of the house.
    await asOwner(db, 'delete from record_tiles', 'delete from record_checkpoints');
    const rows = await house.rows<{ kind: string }>('select * from record_entries order by seq');
    await remake(rows);
    expect(await faultsOf()).toEqual([]);
    expect(await faultsOf({ since: kept })).toEqual([
      'the first 4 entries are not those of the kept checkpoint: they were rewritten',
    ]);

    // One is left out, and the tree is one shorter.
    await remake(rows.slice(3));
    expect(await faultsOf()).toEqual([]);
    expect(await faultsOf({ since: kept })).toEqual(['the kept checkpoint has 4 entries: this record has lost 1']);
  });

  /** Signs a tree of these entries, in the place of the one that is there. */
  async function remake(rows: object[]): Promise<void> {
    await asOwner(
      db,
      ...['delete from record_entries', 'delete from record_tiles', 'delete from record_checkpoints'],
      `insert into record_entries select log, (row_number() over (order by seq))::int - 1, kind, subject, entry, appended_at
       from json_populate_recordset(null::record_entries, '${JSON.stringify(rows).replaceAll("'", "''")}')`,
    );
    await resign(db, rows.length);
  }
});
