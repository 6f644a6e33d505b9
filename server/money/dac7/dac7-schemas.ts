/**
 * The schema that a DAC7 report is checked against: the files of the tax authority, which the operator supplies, as
 * they change from year to year and are not ours to hand on. Without them a report is made, and says that nothing has
 * checked it.
 */
import { memoryPages, validateXML } from 'xmllint-wasm';

/** What differs between the schemas. */
export interface Dac7Dialect {
  namespace: string;
  typesNamespace: string;
  /** What the elements of the taxes of a quarter begin with. */
  taxElement: 'Tax' | 'Taxes';
  /** What the ids of messages and documents begin with, up to where they are unique in the house. */
  idOf(year: number, operator: { country: string; taxNumber: string }): string;
}

/** DPI XML schema 1.0 of the OECD, which most member states take. */
const OECD: Dac7Dialect = {
  namespace: 'urn:oecd:ties:dpi:v1',
  typesNamespace: 'urn:oecd:ties:dpistf:v1',
  taxElement: 'Tax',
  idOf: (year, { country, taxNumber }) => `${country}${year}${country}_${taxNumber}`,
};
/** DGFiP, schéma XSD de collecte DPI-DAC7, revenus 2024 and 2025. */
const FRENCH: Dac7Dialect = {
  namespace: 'urn:oecd:ties:dpi',
  typesNamespace: 'urn:oecd:ties:dpistf',
  taxElement: 'Taxes',
  idOf: (year, { taxNumber }) => `OP_${year}_${taxNumber}`,
};
/** More than the largest report of a house needs: validation loads all of it. */
const MEMORY_MAX_PAGES = memoryPages.GiB;
/** A report that is wrong is often wrong in the same way for each seller. */
const FAULTS_SHOWN = 20;

export interface SchemaFile {
  fileName: string;
  contents: string;
}

/** That of the operator's schema; without one, that of the house's country. */
export function dialectOf(schema: readonly SchemaFile[] | null, houseCountry: string): Dac7Dialect {
  const [main] = schema ?? [];
  if (!main) return houseCountry === 'FR' ? FRENCH : OECD;
  return /targetNamespace="urn:oecd:ties:dpi"/.test(main.contents) ? FRENCH : OECD;
}

/** What the schema says against a report; empty: it is valid. */
export async function findSchemaFaults(xml: string, [main, ...imported]: readonly SchemaFile[]): Promise<string[]> {
  if (!main) return [];
  const { errors } = await validateXML({
    xml: [{ fileName: 'report.xml', contents: xml }],
    schema: [main],
    preload: [...imported],
    maxMemoryPages: MEMORY_MAX_PAGES,
  });
  return errors.slice(0, FAULTS_SHOWN).map(({ message, loc }) => (loc ? `${loc.lineNumber}: ${message}` : message));
}
