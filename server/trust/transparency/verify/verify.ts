/**
 * Checks a record with nothing but what is published: its tree, that it continues an older checkpoint that somebody
 * kept, signatures of the house, of witnesses and of members, the form of each entry, and the figures of each quarter.
 */
import { type TransparencyReport, transparencyReport } from '../../../protocol/trust/figures.ts';
import { isSignedByKey, keyStatement } from '../record/key-change.ts';
import { canonicalJson, commitmentOf } from '../record/record-entry.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import {
  COSIGNATURE,
  cosignatureTime,
  formatVkey,
  NOTE_SIGNATURE,
  type NoteKey,
  parseVkey,
  verifySignature,
} from '../tlog/note-keys.ts';
import { parseNote, type SignedNote } from '../tlog/signed-note.ts';
import { TlogError } from '../tlog/tlog-error.ts';
import { leafHash } from '../tlog/tree.ts';
import { type KnownEntry, parseEntry } from './entries.ts';
import { checkMembers, type VerifyPasskey } from './member-signatures.ts';
import type { PinnedKeys } from './pinned-keys.ts';
import type { PublishedCopy, ShownRecord } from './published-copy.ts';
import { type ReadFile, readLog, type WholeLog } from './read-log.ts';
import { recount } from './recount.ts';

export interface Finding {
  /** `unproven`: nothing is wrong, but a house could have made it up. */
  level: 'fits' | 'unproven' | 'wrong';
  what: string;
}

export interface Verified {
  origin: string;
  size: number;
  findings: Finding[];
  /** Of the entries that can be read. */
  entries: KnownEntry[];
  log: WholeLog;
}

interface VerifyOptions {
  copy: PublishedCopy;
  /** What somebody knows from elsewhere, such as from an earlier visit or from a person whom they trust. */
  pinned: PinnedKeys;
  verifyPasskey: VerifyPasskey;
  /** A checkpoint that somebody kept, as a signed note. */
  since?: string | undefined;
  tell?: (done: number, of: number) => void;
}

/** @throws TlogError where there is no log, or not all of its entries can be read. */
export async function verifyRecord({ copy, pinned, verifyPasskey, since, tell }: VerifyOptions): Promise<Verified> {
  const { read } = copy;
  const log = await readLog(read, tell);
  const { origin, size } = log.checkpoint;
  const findings: Finding[] = [];
  const fits = (what: string) => findings.push({ level: 'fits', what });
  const wrong = (what: string) => findings.push({ level: 'wrong', what });
  const unproven = (what: string) => findings.push({ level: 'unproven', what });

  const root = await log.tree.root();
  if (root.equals(log.checkpoint.root)) fits(`the ${size} entries make the root of the checkpoint`);
  else wrong('the entries do not make the root of the checkpoint');
  for (const path of log.wrongTiles) wrong(`${path} is missing, or is not of these entries`);

  const entries: KnownEntry[] = [];
  for (const [seq, bytes] of log.entries.entries()) {
    const entry = parseEntry(bytes, seq);
    if (typeof entry === 'string') wrong(`entry ${seq}: ${entry}`);
    else entries.push(entry);
  }

  const served = await servedKeys(read, origin, wrong);
  if (pinned.log.length === 0) unproven('no key of the house is pinned: its own was taken');
  const trusted = trustedKeys(pinned.log.length > 0 ? pinned.log : served.slice(0, 1), {
    origin,
    entries,
    wrong,
    fits,
  });
  checkHouse(log.checkpoint, trusted.at(-1), { fits, wrong });
  checkWitnesses(log.checkpoint, pinned.witnesses, { fits, wrong, unproven });
  if (since !== undefined) await checkSince(since, { log, trusted, fits, wrong });

  const of = { log, entries, pinned: pinned.members, verifyPasskey };
  await checkMembers(await read('members'), { ...of, fits, wrong, unproven });

  for (const entry of entries.filter(({ kind }) => kind === 'figures')) {
    const report = transparencyReport.safeParse(entry.report).data;
    if (!report) wrong(`entry ${entry.seq} has figures that cannot be read`);
    else {
      checkFigures(report, entries, { fits, wrong });
      await checkShown(copy, report, { fits, wrong, unproven });
    }
  }
  checkOpenings(await copy.records(), { log, entries, fits, wrong });
  return { origin, size, findings, entries, log };
}

type Say = (what: string) => void;

/** The keys that the house shows, the oldest first. */
async function servedKeys(read: ReadFile, origin: string, wrong: Say): Promise<NoteKey[]> {
  const text = (await read('vkey'))?.toString('utf8') ?? '';
  try {
    const keys = text
      .split('\n')
      .filter((line) => line !== '')
      .map(parseVkey);
    if (keys.some(({ name, type }) => name !== origin || type !== NOTE_SIGNATURE))
      wrong(`a key at vkey is not one of ${origin}`);
    return keys.reverse();
  } catch (error) {
    wrong(`vkey: ${messageOf(error)}`);
    return [];
  }
}

/** The first keys, and each that an entry adds which one of these has signed. */
function trustedKeys(
  first: readonly NoteKey[],
  { origin, entries, wrong, fits }: { origin: string; entries: readonly KnownEntry[]; wrong: Say; fits: Say },
): NoteKey[] {
  const trusted = [...first];
  for (const { seq, vkey, signature } of entries.filter(({ kind }) => kind === 'key')) {
    try {
      const key = parseVkey(String(vkey));
      if (trusted.some((known) => formatVkey(known) === formatVkey(key))) continue;
      const by = trusted.find((known) => isSignedByKey(known, keyStatement(origin, key), String(signature)));
      if (!by) wrong(`entry ${seq} brings in a key that no trusted key has signed`);
      else {
        trusted.push(key);
        fits(`entry ${seq} changes the key of the house, signed by the one before`);
      }
    } catch (error) {
      wrong(`entry ${seq}: ${messageOf(error)}`);
    }
  }
  return trusted;
}

function checkHouse(
  { text, signatures }: SignedNote,
  key: NoteKey | undefined,
  { fits, wrong }: Record<'fits' | 'wrong', Say>,
): void {
  if (!key) {
    wrong('there is no key of the house to check the checkpoint with');
    return;
  }
  const own = signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (own.length === 0) wrong(`the checkpoint is not signed by ${formatVkey(key)}`);
  else if (own.every(({ signature }) => verifySignature(key, text, signature)))
    fits(`the checkpoint is signed by ${formatVkey(key)}`);
  else wrong(`the signature of ${formatVkey(key)} is not valid`);
}

function checkWitnesses(
  { text, signatures }: SignedNote,
  witnesses: readonly NoteKey[],
  { fits, wrong, unproven }: Record<'fits' | 'wrong' | 'unproven', Say>,
): void {
  if (witnesses.length === 0) unproven('no witness is pinned: the house could show others another record');
  for (const key of witnesses.filter(({ type }) => type === COSIGNATURE)) {
    const own = signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId);
    if (!own) unproven(`the witness ${key.name} has not signed this checkpoint`);
    else if (!verifySignature(key, text, own.signature)) wrong(`the signature of the witness ${key.name} is not valid`);
    else fits(`the witness ${key.name} has signed it, at ${cosignatureTime(own.signature)?.toISOString()}`);
  }
}

async function checkSince(
  since: string,
  { log, trusted, fits, wrong }: { log: WholeLog; trusted: readonly NoteKey[]; fits: Say; wrong: Say },
): Promise<void> {
  try {
    const note = parseNote(since);
    const kept = parseCheckpoint(note.text);
    if (kept.origin !== log.checkpoint.origin) return wrong(`the kept checkpoint is of ${kept.origin}`);
    const isSigned = trusted.some((key) =>
      note.signatures.some(
        ({ name, keyId, signature }) =>
          name === key.name && keyId === key.keyId && verifySignature(key, note.text, signature),
      ),
    );
    if (!isSigned) return wrong('the kept checkpoint is signed by no key that is trusted');
    if (kept.size > log.tree.size)
      return wrong(`the kept checkpoint has ${kept.size} entries: this record has lost ${kept.size - log.tree.size}`);
    if ((await log.tree.root(kept.size)).equals(kept.root))
      fits(`it continues the kept checkpoint of ${kept.size} entries`);
    else wrong(`the first ${kept.size} entries are not those of the kept checkpoint: they were rewritten`);
  } catch (error) {
    wrong(`the kept checkpoint: ${messageOf(error)}`);
  }
}

function checkFigures(
  report: TransparencyReport,
  entries: readonly KnownEntry[],
  { fits, wrong }: Record<'fits' | 'wrong', Say>,
): void {
  const { period, fitting, wrong: differing, stated } = recount(report, entries);
  for (const { figure, published, counted } of differing)
    wrong(`${period}: ${figure} is ${JSON.stringify(published)}, and the entries make ${JSON.stringify(counted)}`);
  fits(`${period}: ${fitting.length} figures follow from the entries; only stated: ${stated.join(', ')}`);
}

/** What the house shows must be what is in its record. */
async function checkShown(
  copy: PublishedCopy,
  report: TransparencyReport,
  { fits, wrong, unproven }: Record<'fits' | 'wrong' | 'unproven', Say>,
): Promise<void> {
  const { period } = report;
  const shown = await copy.report(period);
  if (typeof shown !== 'object' || shown === null) unproven(`${period} is in the record, and is not shown`);
  else if (canonicalJson(shown) !== canonicalJson(report)) wrong(`${period}: other figures are shown than recorded`);
  else fits(`${period}: the figures that are shown are those of the record`);
}

/** The convenient view must be of these entries, and words that are shown must be those of their commitments. */
function checkOpenings(
  records: readonly ShownRecord[] | undefined,
  { log, entries, fits, wrong }: { log: WholeLog; entries: readonly KnownEntry[]; fits: Say; wrong: Say },
): void {
  if (!records) return;
  const commitments = new Map(entries.map(({ seq, commitment }) => [seq, commitment]));
  let [opened, closed] = [0, 0];
  for (const { seq, hash, salt, content } of records) {
    const bytes = log.entries[seq];
    // It may have grown since the checkpoint was read.
    if (!bytes) continue;
    if (hash !== leafHash(bytes).toString('base64')) wrong(`record ${seq} is shown with another hash than its entry's`);
    const commitment = commitments.get(seq);
    if (salt === undefined || content === undefined) closed += commitment === undefined ? 0 : 1;
    else if (commitmentOf({ salt, content: canonicalJson(content) }) === commitment) opened += 1;
    else wrong(`the words that are shown of entry ${seq} are not those that it was made of`);
  }
  fits(`the words of ${opened} entries are shown, and are those of the record; ${closed} are not public, or erased`);
}

function messageOf(error: unknown): string {
  if (error instanceof TlogError) return error.message;
  throw error;
}
