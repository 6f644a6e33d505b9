/** The keys that somebody trusts, in a file: `log VKEY`, `witness VKEY` or `member KEY` in a line each. */
import { COSIGNATURE, NOTE_SIGNATURE, type NoteKey, parseVkey } from '../tlog/note-keys.ts';
import { TlogError } from '../tlog/tlog-error.ts';

export interface PinnedKeys {
  log: NoteKey[];
  witnesses: NoteKey[];
  /** Passkeys: COSE keys in base64url. */
  members: string[];
}

/**
 * What follows a key in its line is a remark, as are lines that begin with `#`.
 * @throws TlogError `malformed`, with the line
 */
export function parseKeys(text: string): PinnedKeys {
  const keys: PinnedKeys = { log: [], witnesses: [], members: [] };
  for (const [at, line] of text.split('\n').entries()) {
    const [what, key = ''] = line.trim().split(/\s+/);
    const refuse = (why: string) => new TlogError('malformed', `line ${at + 1} of the keys: ${why}`);
    if (!what || what.startsWith('#')) continue;
    if (what === 'member') keys.members.push(key);
    else if (what === 'log' || what === 'witness') {
      const parsed = parseVkey(key);
      if (parsed.type !== (what === 'log' ? NOTE_SIGNATURE : COSIGNATURE)) throw refuse(`that is no key of a ${what}`);
      (what === 'log' ? keys.log : keys.witnesses).push(parsed);
    } else throw refuse('write it like: log VKEY, witness VKEY or member KEY');
  }
  return keys;
}
