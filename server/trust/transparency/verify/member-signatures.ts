/** Checks what members of the committee have signed with their passkeys: a tree, up to a number of entries. */
import type { PasskeyProof } from '../../../protocol/accounts/passkeys.ts';
import { memberSignature } from '../../../protocol/trust/record.ts';
import { memberChallenge } from '../record/member-challenge.ts';
import type { KnownEntry } from './entries.ts';
import type { WholeLog } from './read-log.ts';

/** Whether an answer to a challenge (base64url) is signed with a COSE key (base64url). */
export type VerifyPasskey = (
  site: { origin: string; rpId: string },
  signed: { proof: PasskeyProof; publicKey: string; challenge: string },
) => Promise<boolean>;

type Say = (what: string) => void;

export async function checkMembers(
  lines: Buffer | undefined,
  {
    log,
    entries,
    pinned,
    verifyPasskey,
    ...say
  }: {
    log: WholeLog;
    entries: readonly KnownEntry[];
    pinned: readonly string[];
    verifyPasskey: VerifyPasskey;
  } & Record<'fits' | 'wrong' | 'unproven', Say>,
): Promise<void> {
  const signed = new Set<string>();
  for (const [at, line] of (lines?.toString('utf8') ?? '').split('\n').filter(Boolean).entries()) {
    const signature = parseLine(line);
    if (!signature) {
      say.wrong(`line ${at + 1} of the members’ signatures cannot be read`);
      continue;
    }
    const { term, size, ...proof } = signature;
    const who = `the member of the term ${term}`;
    const isKey = (of: KnownEntry) => of.kind === 'member_key' && of.term === term && of.credential === proof.id;
    const entry = entries.find(isKey);
    const key = String(entry?.key);
    if (!entry || entry.seq >= size) {
      say.wrong(`${who} signs with a key that the record did not have before`);
    } else if (size > log.tree.size) {
      say.wrong(`${who} has signed ${size} entries: this record has lost ${size - log.tree.size}`);
    } else {
      const { origin } = log.checkpoint;
      const challenge = memberChallenge({ origin, size, root: await log.tree.root(size) }).toString('base64url');
      if (!(await verifyPasskey(siteOf(origin), { proof, publicKey: key, challenge }))) {
        say.wrong(`${who} has not signed these first ${size} entries`);
      } else if (pinned.includes(key)) {
        say.fits(`${who} has signed the first ${size} entries with a pinned key`);
        signed.add(key);
      } else say.unproven(`${who} has signed the first ${size} entries, with a key that is not pinned: ${key}`);
    }
  }
  for (const key of pinned.filter((each) => !signed.has(each)))
    say.unproven(`the member with the pinned key ${key} has signed nothing that is shown`);
}

function parseLine(line: string) {
  try {
    return memberSignature.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** The site of a log: `club.example/transparency/log`. A browser makes passkeys without https on this machine alone. */
function siteOf(logOrigin: string): { origin: string; rpId: string } {
  const host = logOrigin.split('/')[0] ?? '';
  const rpId = host.replace(/:\d+$/, '');
  return { origin: `${rpId === 'localhost' ? 'http' : 'https'}://${host}`, rpId };
}
