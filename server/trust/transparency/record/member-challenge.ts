import { createHash } from 'node:crypto';
import { formatCheckpoint } from '../tlog/checkpoint.ts';
import { parseNote } from '../tlog/signed-note.ts';

/** What a member's passkey signs: the SHA-256 of a checkpoint's text. */
export function memberChallenge(checkpoint: Parameters<typeof formatCheckpoint>[0]): Buffer {
  return challengeOfText(formatCheckpoint(checkpoint));
}

/** @param note a signed checkpoint */
export function memberChallengeOf(note: string): Buffer {
  return challengeOfText(parseNote(note).text);
}

function challengeOfText(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
