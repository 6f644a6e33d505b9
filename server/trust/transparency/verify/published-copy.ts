/** Where a record is read from: a house's site, or a folder that somebody keeps a copy of it in. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { ReadFile } from './read-log.ts';

const TIMEOUT_MS = 30_000;
/** Of one request. */
const WAITS_MAX = 5;
const WAIT_SECONDS_MAX = 60;
/** A bundle has at most 256 entries of 64 KiB. */
const FILE_BYTES_MAX = 20 * 2 ** 20;
const LOG_PATH = '/transparency/log';
const RECORDS = 'records.jsonl';
const RECORDS_AT_ONCE = 1_000;

const shownRecord = z.looseObject({
  seq: z.number().int(),
  hash: z.string(),
  commitment: z.string().optional(),
  salt: z.string().optional(),
  content: z.looseObject({}).optional(),
});
export type ShownRecord = z.infer<typeof shownRecord>;

export interface PublishedCopy {
  /** Files of the log, by their paths below its prefix. */
  read: ReadFile;
  /** The convenient view of the entries, in their order. Undefined: a folder that has none. */
  records(): Promise<ShownRecord[] | undefined>;
  /** The figures of a quarter as the house shows them now. Undefined: it shows none. */
  report(period: string): Promise<unknown>;
}

/**
 * @param place the address of a house, or of its log; or a folder with a copy, or the checkpoint in one
 * @throws Error where there is nothing to read
 */
export async function openCopy(place: string): Promise<PublishedCopy> {
  if (/^https?:\/\//.test(place)) return openSite(new URL(place));
  const found = await stat(place).catch(() => undefined);
  if (!found) throw new Error(`There is no ${place}.`);
  return openFolder(found.isDirectory() ? place : dirname(place));
}

/** Keeps what is read in a folder, which is a copy from then on. */
export function savingCopy(copy: PublishedCopy, folder: string): PublishedCopy {
  const save = async (path: string, contents: Buffer | string | undefined) => {
    if (contents === undefined) return;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  };
  return {
    read: async (path) => {
      const contents = await copy.read(path);
      await save(path, contents);
      return contents;
    },
    records: async () => {
      const records = await copy.records();
      await save(RECORDS, records?.map((each) => `${JSON.stringify(each)}\n`).join(''));
      return records;
    },
    report: async (period) => {
      const report = await copy.report(period);
      await save(reportPath(period), report === undefined ? undefined : JSON.stringify(report));
      return report;
    },
  };
}

function openSite(address: URL): PublishedCopy {
  const [base = '', number = ''] = address.href.replace(/\/$/, '').split(LOG_PATH);
  return {
    read: (path) => fetchFile(`${base}${LOG_PATH}${number}/${path}`),
    records: async () => {
      const records: ShownRecord[] = [];
      for (;;) {
        const after = records.at(-1)?.seq;
        const query = `limit=${RECORDS_AT_ONCE}${after === undefined ? '' : `&after=${after}`}`;
        const page = parseRecords(await fetchFile(`${base}/v1/transparency/records?${query}`));
        if (!page || page.length === 0) return records;
        records.push(...page);
      }
    },
    report: async (period) => parseJson(await fetchFile(`${base}/v1/transparency/reports/${period}`)),
  };
}

function openFolder(folder: string): PublishedCopy {
  const read: ReadFile = (path) => readFile(join(folder, path)).catch(undefinedIfMissing);
  return {
    read,
    records: async () => parseRecords(await read(RECORDS)),
    report: async (period) => parseJson(await read(reportPath(period))),
  };
}

/** Undefined: 404. Waits where the house asks for it: a long log is more requests than one address may send at once. */
async function fetchFile(address: string, waits = WAITS_MAX): Promise<Buffer | undefined> {
  const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: Error) => {
    throw new Error(`${address} cannot be read: ${error.cause instanceof Error ? error.cause.message : error.message}`);
  });
  const retrySeconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  if (response.status === 429 && waits > 0 && retrySeconds <= WAIT_SECONDS_MAX) {
    await setTimeout(retrySeconds * 1_000);
    return fetchFile(address, waits - 1);
  }
  if (response.status === 404) return undefined;
  if (!response.ok || !response.body) throw new Error(`${address} answers ${response.status}.`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.length;
    if (size > FILE_BYTES_MAX) throw new Error(`${address} is longer than ${FILE_BYTES_MAX} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function reportPath(period: string): string {
  return `reports/${period}.json`;
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

function parseRecords(bytes: Buffer | undefined): ShownRecord[] | undefined {
  return bytes
    ?.toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => shownRecord.parse(JSON.parse(line)));
}

function parseJson(bytes: Buffer | undefined): unknown {
  return bytes && JSON.parse(bytes.toString('utf8'));
}
