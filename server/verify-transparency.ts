/**
 * `npm run verify-transparency`: checks the record of a house with nothing but what it publishes. Exit code 0: proven;
 * 1: something is wrong; 2: consistent, not proven; 3: it could not be read.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isSignedByPasskey } from './accounts/passkeys/ceremonies.ts';
import { ConfigError } from './config.ts';
import { TlogError } from './trust/transparency/tlog/tlog-error.ts';
import { parseKeys } from './trust/transparency/verify/pinned-keys.ts';
import { openCopy, savingCopy } from './trust/transparency/verify/published-copy.ts';
import { type Finding, type Verified, verifyRecord } from './trust/transparency/verify/verify.ts';

const USAGE = 'FILE_OR_URL [--keys FILE] [--since CHECKPOINT] [--save FOLDER] [--json]';
const TELL_EVERY_MS = 2_000;
const MARKS: Record<Finding['level'], string> = { fits: 'fits     ', unproven: 'unproven ', wrong: 'WRONG    ' };

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      keys: { type: 'string' },
      since: { type: 'string' },
      save: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const [place, ...more] = positionals;
  if (place === undefined || more.length > 0) throw new ConfigError([`write it like: ${USAGE}`]);
  const copy = await openCopy(place);
  const verified = await verifyRecord({
    copy: values.save === undefined ? copy : savingCopy(copy, values.save),
    pinned: parseKeys(values.keys === undefined ? '' : await readFile(values.keys, 'utf8')),
    since: values.since === undefined ? undefined : await readFile(values.since, 'utf8'),
    verifyPasskey: isSignedByPasskey,
    tell: progress(),
  });
  const result = resultOf(verified);
  const { origin, size, findings } = verified;
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ origin, size, result: result.name, findings }, null, 2)}\n`
      : describe(verified, result.text),
  );
  return result.code;
}

function resultOf({ findings }: Verified) {
  const has = (level: Finding['level']) => findings.some((finding) => finding.level === level);
  if (has('wrong')) return { name: 'wrong', code: 1, text: 'This record is not what it should be.' };
  if (has('unproven')) return { name: 'consistent', code: 2, text: 'Consistent, not proven.' };
  return { name: 'proven', code: 0, text: 'Proven, by the keys that you gave.' };
}

function describe({ origin, size, findings }: Verified, result: string): string {
  const lines = findings.map(({ level, what }) => `  ${MARKS[level]} ${what}`);
  return `The record ${origin}, ${size} entries:\n${lines.join('\n')}\n${result}\n`;
}

function progress() {
  let toldAtMs = Date.now();
  return (done: number, of: number) => {
    if (Date.now() - toldAtMs < TELL_EVERY_MS) return;
    toldAtMs = Date.now();
    process.stderr.write(`${done} of ${of} entries …\n`);
  };
}

main().then(
  (code) => process.exit(code),
  (error) => {
    const why = error instanceof Error ? error.message : String(error);
    const isIncomplete = error instanceof TlogError && error.code === 'incomplete';
    process.stderr.write(
      isIncomplete ? `\nThis record is not whole: ${why}\n` : `\nThe record could not be checked: ${why}\n`,
    );
    process.exit(isIncomplete ? 1 : 3);
  },
);
