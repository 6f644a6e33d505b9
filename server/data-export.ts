/**
 * Everything that the house holds on a person as one ZIP, made while it is sent: a JSON file for each table of each
 * domain, their pictures, and a page that shows them. It knows the tables from `personal-tables.ts`.
 */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { type ExportedRows, exportPage } from './data-export-page.ts';
import { PERSONAL_TABLES } from './personal-tables.ts';
import type { Database } from './platform/db/db.ts';
import { PersonRecords } from './platform/db/person-records.ts';
import type { Pictures } from './platform/pictures/pictures.ts';
import type { Language } from './protocol/accounts/people.ts';

/** Rows of a table that the page shows; its JSON file has all. */
const ROWS_SHOWN = 200;

export class DataExport {
  readonly #records: PersonRecords;
  readonly #pictures: Pick<Pictures, 'readAllOf'>;
  readonly #timeZone: string;

  constructor({ db, pictures, timeZone }: { db: Database; pictures: Pictures; timeZone: string }) {
    this.#pictures = pictures;
    this.#records = new PersonRecords(db, PERSONAL_TABLES);
    this.#timeZone = timeZone;
  }

  async *zip(person: string, { language, at }: { language: Language; at: string }): AsyncGenerator<Uint8Array> {
    let made: Uint8Array[] = [];
    const zip = new Zip((error, chunk) => {
      if (error) throw error;
      made.push(chunk);
    });
    const drain = () => {
      const chunks = made;
      made = [];
      return chunks;
    };
    const place = <Entry extends ZipDeflate | ZipPassThrough>(entry: Entry) => {
      entry.mtime = at;
      zip.add(entry);
      return entry;
    };
    const add = (name: string) => place(new ZipDeflate(name, { level: 6 }));
    const shown: ExportedRows[] = [];
    for (const table of this.#records.tables) {
      let entry: ZipDeflate | undefined;
      const part: ExportedRows = { ...table, rows: [], count: 0 };
      for await (const rows of this.#records.read(person, table.table)) {
        entry ??= add(`data/${table.domain}/${table.table}.json`);
        const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
        entry.push(bytes(`${part.count === 0 ? '[\n' : ',\n'}${lines}`));
        part.rows.push(...rows.slice(0, ROWS_SHOWN - part.rows.length));
        part.count += rows.length;
        yield* drain();
      }
      if (!entry) continue;
      entry.push(bytes('\n]\n'), true);
      shown.push(part);
    }
    for await (const { use, subject, bytes: file } of this.#pictures.readAllOf(person)) {
      // Compressed already.
      place(new ZipPassThrough(`pictures/${use}-${subject}.webp`)).push(file, true);
      yield* drain();
    }
    add('index.html').push(bytes(exportPage({ person, language, timeZone: this.#timeZone, at, tables: shown })), true);
    zip.end();
    yield* drain();
  }
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
