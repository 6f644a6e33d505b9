/** Lists of verifier keys in the environment: the witnesses of this house, and the logs that a witness cosigns. */
import type { z } from 'zod';
import { COSIGNATURE, type NoteKey, parseVkey } from './trust/transparency/tlog/note-keys.ts';
import { TlogError } from './trust/transparency/tlog/tlog-error.ts';
import type { WitnessAddress } from './trust/transparency/witness/ask-witness.ts';
import type { WitnessedLog } from './trust/transparency/witness/witness.ts';

/** Each is asked after every checkpoint, and is a line of it. */
const WITNESSES_MAX = 15;

/** `VKEY URL`, with commas or newlines between. */
export function parseWitnesses(value: string, context: z.RefinementCtx): WitnessAddress[] {
  const witnesses = parseItems(value, context, (key, address) => {
    const url = URL.parse(address);
    if (key.type !== COSIGNATURE) throw new TlogError('malformed', `${key.name} has no key of a witness`);
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
      throw new TlogError('malformed', `\`${address}\` is no address of a witness, such as https://witness.example`);
    }
    return { key, url: url.href };
  });
  const names = new Set(witnesses.map(({ key }) => key.name));
  if (names.size < witnesses.length) context.addIssue('each witness has a name of its own');
  if (witnesses.length > WITNESSES_MAX) context.addIssue(`has more than ${WITNESSES_MAX} witnesses`);
  return witnesses;
}

/** `VKEY`, or `VKEY ORIGIN` where the origin is not the name of the key; with commas or newlines between. */
export function parseWitnessedLogs(value: string, context: z.RefinementCtx): WitnessedLog[] {
  const items = parseItems(value, context, (key, origin) => ({ key, origin: origin || key.name }));
  const byOrigin = Map.groupBy(items, ({ origin }) => origin);
  return [...byOrigin].map(([origin, of]) => ({ origin, keys: of.map(({ key }) => key) }));
}

function parseItems<T>(value: string, context: z.RefinementCtx, parse: (key: NoteKey, rest: string) => T): T[] {
  return value.split(/[,\n]/).flatMap((line) => {
    const item = line.trim();
    if (item === '') return [];
    const end = item.search(/\s|$/);
    try {
      return parse(parseVkey(item.slice(0, end)), item.slice(end).trim());
    } catch (error) {
      if (!(error instanceof TlogError)) throw error;
      context.addIssue(error.message);
      return [];
    }
  });
}
