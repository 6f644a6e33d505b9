/** The record as outsiders see it: witnesses, members of the committee, and whoever keeps a copy. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isSignedByPasskey } from '../../../server/accounts/passkeys/ceremonies.ts';
import { passkeys } from '../../../server/accounts/passkeys/passkeys.schema.ts';
import { parseConfig } from '../../../server/config.ts';
import { iso } from '../../../server/platform/clock.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { committeeTerms } from '../../../server/trust/committee/committee.schema.ts';
import { LogUpkeep } from '../../../server/trust/transparency/record/log-upkeep.ts';
import { memberChallengeOf } from '../../../server/trust/transparency/record/member-challenge.ts';
import { COSIGNATURE, createSigner, formatVkey, parseVkey } from '../../../server/trust/transparency/tlog/note-keys.ts';
import { openCopy, type PublishedCopy, savingCopy } from '../../../server/trust/transparency/verify/published-copy.ts';
import { readLog } from '../../../server/trust/transparency/verify/read-log.ts';
import { verifyRecord } from '../../../server/trust/transparency/verify/verify.ts';
import { WitnessStore } from '../../../server/trust/transparency/witness/witness.store.ts';
import { Witness } from '../../../server/trust/transparency/witness/witness.ts';
import { WitnessServer } from '../../../server/trust/transparency/witness/witness-server.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { SoftwareAuthenticator } from '../../support/people/software-authenticator.ts';
import { asOwner, resign } from '../../support/tlog/owner.ts';
import { publishedBy } from '../../support/tlog/published-by.ts';

const DAY_MS = 24 * 3_600_000;
const TABLES = ['logs', 'keys', 'entries', 'openings', 'tiles', 'checkpoints', 'cosignatures'].map(
  (name) => `record_${name}`,
);
const silent = { info() {}, warn() {}, error() {} } as never;
const both = (text: string) => ({ en: text, fr: text });

describe.each(DATABASES)('the record and outsiders on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: ReviewHouse;
  let room: RoomId;
  let folder: string;
  let witness: { addCheckpoint: Witness['addCheckpoint'] };
  let witnessKey: string;
  let server: WitnessServer;
  let store: WitnessStore;

  const record = () => house.domains.record;
  const sweepAll = async () => {
    while (await record().sweep());
  };
  const nextDay = async () => {
    house.clock.advance(DAY_MS);
    await sweepAll();
  };
  const logKey = async () => parseVkey((await record().readKeys()).trim().split('\n').at(-1) ?? '');
  const copyOf = (number?: number) => publishedBy(house, number);
  /** What does not fit, and what nothing proves. */
  async function doubts(options: { since?: string; members?: string[]; copy?: PublishedCopy; key?: string } = {}) {
    const { since, members = [], copy = copyOf(), key } = options;
    const pinned = { log: [key ? parseVkey(key) : await logKey()], witnesses: [parseVkey(witnessKey)], members };
    const { findings } = await verifyRecord({ copy, pinned, since, verifyPasskey: isSignedByPasskey });
    return findings.filter(({ level }) => level !== 'fits').map(({ what }) => what);
  }
  async function decide(accused: string): Promise<void> {
    const of = await house.report(room, 'lea', { subject: { kind: 'person', id: accused }, category: 'harassment' });
    await house.decide(of, [{ kind: 'mute' }]);
  }
  const upkeep = () => {
    const { encryptionKeys, timeZone, publicUrl } = parseConfig({ NODE_ENV: 'test' });
    return new LogUpkeep({ db, clock: house.clock, box: new SecretBox(encryptionKeys), timeZone, publicUrl });
  };
  const kinds = async (log = 1) =>
    (await house.rows<{ kind: string }>(`select kind from record_entries where log = ${log} order by seq`)).map(
      ({ kind }) => kind,
    );
  const halt = async () => (await house.rows<{ halt_reason: string | null }>('select halt_reason from record_logs'))[0];
  const backUp = () => asOwner(db, ...TABLES.map((table) => `create table saved_${table} as select * from ${table}`));
  /** Of the record alone: the decisions of the last day are still there, without their entries. */
  const restore = () =>
    asOwner(
      db,
      ...TABLES.flatMap((table) => [`delete from ${table}`, `insert into ${table} select * from saved_${table}`]),
    );

  /** Makes tiles and a signed checkpoint of the first entries anew. */
  const remake = async (size: number) => {
    await asOwner(db, ...['tiles', 'checkpoints', 'cosignatures'].map((name) => `delete from record_${name}`));
    await resign(db, size);
  };
  /** Makes another past, with the key of the house. */
  const rewrite = async (size: number) => {
    await asOwner(db, `update record_entries set entry = replace(entry, '"measure":"mute"', '"measure":"none"')`);
    await remake(size);
  };

  beforeEach(async () => {
    db = await open();
    folder = await mkdtemp(join(tmpdir(), 'loge-record-'));
    const signer = createSigner('witness.example/w', COSIGNATURE, generateKeyPairSync('ed25519').privateKey);
    witnessKey = formatVkey(signer.key);
    store = WitnessStore.open(join(folder, 'witness.db'));
    witness = { addCheckpoint: () => ({ status: 404, body: '' }) };
    const behind = { addCheckpoint: (body: Buffer) => witness.addCheckpoint(body) };
    server = await WitnessServer.create({ witness: behind, host: '127.0.0.1', port: 0, log: silent });
    const env = { LOGE_WITNESSES: `${witnessKey} http://127.0.0.1:${server.port}` };
    house = await ReviewHouse.create(db, { env });
    room = await house.createRoom();
    await sweepAll();
    const key = await logKey();
    const logs = [{ origin: key.name, keys: [key] }];
    witness = new Witness({ signer, store, logs, clock: house.clock, log: silent });
    await decide('max');
    await nextDay();
  });
  afterEach(async () => {
    await house.close();
    await server.close();
    store.close();
    await db[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('a restored backup is found by the witness, and goes on from a copy: nothing lost, nothing twice', async () => {
    expect(await doubts()).toEqual([]);
    await backUp();
    await decide('eve');
    await nextDay();
    const kept = await record().readCheckpoint();
    const before = await kinds();
    expect(await doubts({ copy: savingCopy(copyOf(), join(folder, 'copy')) })).toEqual([]);
    await remake(4);
    const halfADay = await readLog(copyOf().read);

    await restore();
    await nextDay();
    expect(await halt()).toEqual({ halt_reason: 'ahead' });
    expect(await kinds()).toEqual(before.slice(0, 3));
    expect(await doubts({ since: kept })).toContain('the kept checkpoint has 5 entries: this record has lost 2');

    const copy = await readLog((await openCopy(join(folder, 'copy'))).read);
    await rewrite(3);
    await expect(upkeep().complete(copy)).rejects.toThrow('its first 3 entries are other ones');
    await restore();
    await expect(upkeep().complete(halfADay)).rejects.toThrow('its last day is not whole');
    await expect(upkeep().complete({ ...halfADay, checkpoint: copy.checkpoint })).rejects.toThrow(
      'its entries are not',
    );
    const signatures = copy.checkpoint.signatures.filter(({ name }) => name === 'witness.example/w');
    const unsigned = { ...copy, checkpoint: { ...copy.checkpoint, signatures } };
    await expect(upkeep().complete(unsigned)).rejects.toMatchObject({ code: 'unverified' });
    expect(await upkeep().complete(copy)).toEqual({ from: 3, to: 5 });
    await expect(upkeep().complete(copy)).rejects.toThrow('it has 5 entries, and this log has 5');
    await decide('kim');
    await nextDay();
    expect(await kinds()).toEqual([...before, expect.any(String), expect.any(String)]);
    expect((await kinds()).filter((kind) => kind === 'decision')).toHaveLength(3);
    expect(await doubts({ since: kept })).toEqual([]);
  });

  test('a signature of another key does not count, of the house or of the witness', async () => {
    const { name } = await logKey();
    for (const [signer, found] of [
      [name, `the signature of ${formatVkey(await logKey())} is not valid`],
      ['witness.example/w', 'the signature of the witness witness.example/w is not valid'],
    ]) {
      const forge = (checkpoint: string) =>
        checkpoint.replace(new RegExp(`(?<=^— ${signer} )\\S+$`, 'm'), (line) => {
          const bytes = Buffer.from(line, 'base64');
          bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
          return bytes.toString('base64');
        });
      const forged = Buffer.from(forge(await record().readCheckpoint()));
      const copy = copyOf();
      const read = async (path: string) => (path === 'checkpoint' ? forged : copy.read(path));
      expect(await doubts({ copy: { ...copy, read } })).toEqual([found]);
    }
  });

  test('without a copy another log follows, and both say so', async () => {
    await backUp();
    await decide('eve');
    await nextDay();
    await restore();
    await nextDay();
    const origin = await upkeep().succeed('A disk was lost.');
    await sweepAll();
    expect(origin).toMatch(/\/transparency\/log\/2$/);
    expect(await halt()).toEqual({ halt_reason: 'succeeded' });
    expect((await kinds(2)).sort()).toEqual(['charter', 'day', 'decision', 'decision', 'predecessor']);
    const [first] = (await record().list({ limit: 1 })) as { kind: string; reason: string; checkpoint: string }[];
    expect(first).toMatchObject({ kind: 'predecessor', reason: 'A disk was lost.' });
    expect(first?.checkpoint).toMatch(/\/transparency\/log\n3\n/);
    // The witness has not heard of it yet.
    expect(await doubts()).toEqual(['the witness witness.example/w has not signed this checkpoint']);
    expect(await doubts({ copy: copyOf(1), key: (await record().readKeys(1)).trim() })).toEqual([]);
  });

  test('who has the database and the key, and makes another past, gets no signature of the witness', async () => {
    const rows = await kinds();
    await rewrite(rows.length);
    await nextDay();
    expect(await halt()).toEqual({ halt_reason: 'inconsistent' });
    expect(await doubts()).toEqual(['the witness witness.example/w has not signed this checkpoint']);
  });

  test('another key is brought in by the one before', async () => {
    const first = (await record().readKeys()).trim();
    const added = await upkeep().addKey();
    expect((await record().readKeys()).split('\n')).toEqual([added, first, '']);
    await sweepAll();
    expect(await doubts({ key: first })).toEqual([]);
    await expect(upkeep().retireKey(added)).rejects.toThrow('the newest');
    await upkeep().retireKey(first);
    await decide('eve');
    await nextDay();
    // The witness has to learn the new key.
    expect(await doubts({ key: first })).toEqual(['the witness witness.example/w has not signed this checkpoint']);
    const stranger = formatVkey(createSigner((await logKey()).name, 1, generateKeyPairSync('ed25519').privateKey).key);
    expect(await doubts({ key: stranger })).toContain('entry 3 brings in a key that no trusted key has signed');
  });

  test('a member signs with a passkey whose key is in the record, and a rewritten past does not fit it', async () => {
    const authenticator = new SoftwareAuthenticator('http://localhost:3000');
    const { publicKey } = authenticator;
    const at = iso(house.clock.now());
    await db.orm.insert(passkeys).values({
      ...{ id: createId('passkey'), person: 'm-1', name: 'Key', credential: authenticator.id, publicKey },
      ...{ counter: 0, transports: [], isSynced: false, createdAt: at },
    });
    const { committee, memberSignatures } = house.domains;
    await committee.createSeat(both('Law of data'), 'op');
    await db.orm.insert(committeeTerms).values({
      ...{ id: createId('committeeTerm'), person: 'm-1', seat: (await committee.view()).seats[0]?.id ?? '' },
      ...{ seatName: both('Law of data'), invitedBy: 'op', appointedBy: both('Founders'), appointedAt: at },
      ...{ from: at, until: iso(house.clock.now() + 400 * DAY_MS) },
    });
    expect(await memberSignatures.offer('m-1')).toMatchObject({ options: null });
    const early = memberChallengeOf(await record().readCheckpoint()).toString('base64url');
    await nextDay();
    const { size, options } = await memberSignatures.offer('m-1');
    if (!options) throw new Error('Nothing to sign.');
    const proof = authenticator.sign(options);
    await expect(memberSignatures.sign('m-2', { size, ...proof })).rejects.toMatchObject({ code: 'passkey_invalid' });
    const other = authenticator.sign({ challenge: Buffer.from('another tree').toString('base64url') });
    await expect(memberSignatures.sign('m-1', { size, ...other })).rejects.toMatchObject({ code: 'passkey_invalid' });
    const beforeTheKey = { size: 3, ...authenticator.sign({ challenge: early }) };
    await expect(memberSignatures.sign('m-1', beforeTheKey)).rejects.toMatchObject({ code: 'passkey_invalid' });
    await memberSignatures.sign('m-1', { size, ...proof });
    expect(await memberSignatures.offer('m-1')).toMatchObject({ signedSize: size });
    expect(await doubts({ members: [publicKey] })).toEqual([]);
    expect(await doubts()).toEqual([expect.stringContaining('with a key that is not pinned')]);

    await rewrite(size);
    expect(await doubts({ members: [publicKey] })).toContainEqual(
      expect.stringMatching(/^the member of the term \S+ has not signed these first \d+ entries$/),
    );
  });
});
