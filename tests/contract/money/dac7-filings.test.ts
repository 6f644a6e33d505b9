/**
 * Reports under DAC7 over the real books: who is in them, what a correction says, and what the operator's schema says
 * against them. The schema here has the rules of the OECD's that the tests break, and is our own.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SchemaFile } from '../../../server/money/dac7/dac7-schemas.ts';
import { execute } from '../../../server/money/ledger/ledger.store.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId, type TipId } from '../../../server/protocol/ids.ts';
import type { CreatorBusinessInput } from '../../../server/protocol/money/creator-business.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse } from '../../support/houses/money-house.ts';

const failure = (code: string) => expect.objectContaining({ code });
const BY = { by: 'operator', reason: 'Refused by the portal' };
const ADA: CreatorBusinessInput = {
  ...{ kind: 'person', firstName: 'Ada', legalName: 'Lovelace & fille', birthDate: '1990-12-10' },
  ...{ address: '1 rue de la Paix\nBâtiment B', postalCode: '75002', city: 'Paris', country: 'FR' },
  ...{ tin: '1234567890123', tinCountry: null, registrationNumber: null, vatStatus: 'small_business' },
  ...{ vatNumber: null, accountIdentifier: 'FR7630006000011234567890189' },
};
/** As the authority's files are: the report's own, and one that it imports. */
const SCHEMA: SchemaFile[] = [
  {
    fileName: 'report.xsd',
    contents: `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:dpi="urn:oecd:ties:dpi"
        xmlns:stf="urn:oecd:ties:dpistf" targetNamespace="urn:oecd:ties:dpi" elementFormDefault="qualified">
      <xsd:import namespace="urn:oecd:ties:dpistf" schemaLocation="types.xsd"/>
      <xsd:element name="DPI_OECD"><xsd:complexType><xsd:sequence>
        <xsd:any processContents="skip"/>
        <xsd:element name="DPIBody"><xsd:complexType><xsd:sequence>
          <xsd:any processContents="skip"/>
          <xsd:element name="ReportableSeller" minOccurs="0" maxOccurs="unbounded"><xsd:complexType><xsd:sequence>
            <xsd:element name="Identity"><xsd:complexType><xsd:sequence><xsd:any processContents="skip"/></xsd:sequence></xsd:complexType></xsd:element>
            <xsd:any processContents="skip"/>
            <xsd:element name="DocSpec" type="stf:DocSpec_Type"/>
          </xsd:sequence></xsd:complexType></xsd:element>
        </xsd:sequence></xsd:complexType></xsd:element>
      </xsd:sequence><xsd:attribute name="version" type="xsd:string"/></xsd:complexType></xsd:element>
    </xsd:schema>`,
  },
  {
    fileName: 'types.xsd',
    contents: `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:oecd:ties:dpistf"
        elementFormDefault="qualified">
      <xsd:complexType name="DocSpec_Type"><xsd:sequence>
        <xsd:element name="DocTypeIndic" type="xsd:string"/>
        <xsd:element name="DocRefId"><xsd:simpleType><xsd:restriction base="xsd:string">
          <xsd:pattern value="OP_PATTERN.+"/></xsd:restriction></xsd:simpleType></xsd:element>
        <xsd:element name="CorrDocRefId" type="xsd:string" minOccurs="0"/>
      </xsd:sequence></xsd:complexType>
    </xsd:schema>`,
  },
];
/** In the house's time zone, in which it is another one for an hour. */
const yearOf = (house: MoneyHouse) =>
  Temporal.Instant.fromEpochMilliseconds(house.now()).toZonedDateTimeISO('Europe/Paris').year;
/** Which ids the schema takes. */
const schemaOf = (pattern: string): SchemaFile[] =>
  SCHEMA.map(({ fileName, contents }) => ({ fileName, contents: contents.replace('OP_PATTERN', pattern) }));

describe.each(DATABASES)('DAC7 reports on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  /** That of the sales, which is over. */
  let year: number;

  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    house = await openMoneyHouse({ db, isRunning: false, timeZone: 'Europe/Paris', dac7Schema: schemaOf('OP_') });
  });
  afterEach(async () => {
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
  });

  const filings = () => house.money.dac7Filings;
  const typesOf = (list: { type: string; sellerCount: number }[]) =>
    list.map(({ type, sellerCount }) => `${type} ${sellerCount}`);
  const stateOf = async (creator: string) =>
    (await filings().describe(year)).sellers.find((seller) => seller.creator === creator)?.state;
  const read = async (id: string) => (await filings().read(id)).xml;

  async function sell(creator: string, amountMinor: number): Promise<TipId> {
    const room = await house.createRoom({ kind: 'free' }, { creator });
    const identity = await house.createFan(amountMinor);
    const from = { identity, name: 'Léa', role: 'fan' as const };
    const input = { amountMinor, idempotencyKey: createId('event') };
    return (await house.money.tips.send({ room, from, input })).tip.id as TipId;
  }

  /** To the new year, in which the report about the old one is due. */
  function endYear(): void {
    year = yearOf(house);
    house.advance(Date.UTC(year + 1, 0, 2) - house.now());
  }

  test('the whole story: new, nothing new, corrected, deleted, refused', async () => {
    const [ada, bea, cem] = [await house.createCreator(), await house.createCreator(), await house.createCreator()];
    const tip = await sell(ada, 12_000);
    await sell(bea, 6_000);
    await sell(cem, 6_000);
    await house.money.creatorBusinesses.save(ada, ADA);
    await house.money.creatorBusinesses.save(cem, { ...ADA, country: 'CH', vatStatus: 'none' });
    const thisYear = yearOf(house);
    await expect(filings().file(thisYear, 'operator')).rejects.toEqual(failure('invalid_request'));
    endYear();
    expect([await stateOf(ada), await stateOf(bea), await stateOf(cem)]).toEqual(['new', 'no_details', 'outside']);

    const [first] = await filings().file(year, 'operator');
    expect(first).toMatchObject({ type: 'DPI401', sellerCount: 1, schema: 'report.xsd' });
    const sent = await read(first?.id ?? '');
    for (const part of [
      '<dpi:LastName>Lovelace &amp; fille<',
      '1 rue de la Paix, Bâtiment B',
      'issuedBy="FR">1234567890123<',
    ])
      expect(sent).toContain(part);
    // 120.00 with VAT of 20 %: 100.00, of which the house keeps a fifth.
    expect(sent).toMatch(/ConsQ\d currCode="EUR">80</);
    expect(await stateOf(ada)).toBe('unchanged');
    expect((await filings().describe(year)).filings).toEqual([first]);
    await expect(filings().file(year, 'operator')).rejects.toEqual(failure('invalid_request'));

    // Bea gives her details, and Ada's address changes: two files, of which the second names what it corrects.
    await house.money.creatorBusinesses.save(bea, { ...ADA, firstName: 'Bea' });
    await house.money.creatorBusinesses.save(ada, { ...ADA, city: 'Lyon' });
    house.advance(1_000);
    const second = await filings().file(year, 'operator');
    expect(typesOf(second)).toEqual(['DPI401 1', 'DPI402 1']);
    const reference =
      /<stf:DocRefId>(OP_\d{4}_123456789_[\w-]+)<\/stf:DocRefId>\s*<\/dpi:DocSpec>\s*<\/dpi:ReportableSeller>/;
    const [, adasFirst] = reference.exec(sent) ?? [];
    expect(await read(second[1]?.id ?? '')).toContain(`<stf:CorrDocRefId>${adasFirst}<`);

    // Refused by the authority: due again, and the one before cannot be refused without it.
    await filings().refuse(second[0]?.id ?? '', BY);
    expect(await stateOf(bea)).toBe('new');
    await expect(filings().refuse(first?.id ?? '', BY)).rejects.toEqual(failure('invalid_request'));
    house.advance(1_000);
    expect(typesOf(await filings().file(year, 'operator'))).toEqual(['DPI401 1']);

    // A dispute or refund in the new year is of the new year; a move out of the EU deletes.
    await house.money.refunds.refund({ tip, reason: 'Given back' }, 'operator');
    expect(await stateOf(ada)).toBe('unchanged');
    await house.money.creatorBusinesses.save(ada, { ...ADA, country: 'CH', vatStatus: 'none' });
    house.advance(1_000);
    const [deletion] = await filings().file(year, 'operator');
    expect(deletion).toMatchObject({ type: 'DPI402', sellerCount: 1 });
    expect(await read(deletion?.id ?? '')).toContain('<stf:DocTypeIndic>OECD3<');
    for (const change of [
      "dac7_filings set xml = ''",
      'dac7_filings set refused_by = null',
      "dac7_documents set id = ''",
    ])
      await expect(execute(db.orm, sql.raw(`update ${change}`))).rejects.toThrow();
  });

  test('a year without anybody to report says so, and two operators at once make one report', async () => {
    endYear();
    const made = await Promise.allSettled(['mia', 'noe'].map((by) => filings().file(year - 20, by)));
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(typesOf((await filings().describe(year - 20)).filings)).toEqual(['DPI403 0']);
    // Its term is over.
    await house.money.sweep();
    expect((await filings().describe(year - 20)).filings).toEqual([]);
  });

  test('a report that the schema refuses is not made; one without a schema says so', async () => {
    await house[Symbol.asyncDispose]();
    house = await openMoneyHouse({ db, isRunning: false, dac7Schema: schemaOf('DPI_') });
    const ada = await house.createCreator();
    await sell(ada, 12_000);
    await house.money.creatorBusinesses.save(ada, ADA);
    endYear();
    expect((await filings().describe(year)).faults[0]).toMatch(/^\d+: .*DocRefId.*pattern/);
    const { filings: before } = await filings().describe(year);
    await expect(filings().file(year, 'operator')).rejects.toEqual(failure('invalid_request'));
    expect((await filings().describe(year)).filings).toEqual(before);
    await house[Symbol.asyncDispose]();
    house = await openMoneyHouse({ db, isRunning: false });
    endYear();
    year -= 1;
    const [made] = await filings().file(year, 'operator');
    expect(made).toMatchObject({ schema: null });
  });
});
