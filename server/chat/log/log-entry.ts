/** Entries as the log and the gateways know them. What a person is shown of them is made here and nowhere else. */
import type { Participant } from '../../protocol/accounts/accounts.ts';
import type { ChatEntry, ChatPage, ChatTip } from '../../protocol/chat/chat.ts';

/** `giver` instead of `from`, so that no tip goes out by mistake before it is decided who may see that. */
export interface LogTip extends Omit<ChatTip, 'from'> {
  giver: Participant;
}

export type LogEntry = Exclude<ChatEntry, ChatTip> | LogTip;

export interface LogPage extends Pick<ChatPage, 'lastSeq'> {
  entries: LogEntry[];
}

/** What a person, or anybody without an identity, is shown. Only the giver of an anonymous tip sees who gave it. */
export function shownTo(entry: LogEntry, identity?: string): ChatEntry {
  if (entry.kind !== 'tip') return entry;
  const { giver, ...tip } = entry;
  return { ...tip, from: tip.anonymous && giver.identity !== identity ? null : giver };
}

export function pageFor({ entries, lastSeq }: LogPage, identity: string): ChatPage {
  return { entries: entries.map((entry) => shownTo(entry, identity)), lastSeq };
}

/** Whether its author is shown a frame of their own. */
export function isAnonymous(entry: LogEntry): boolean {
  return entry.kind === 'tip' && entry.anonymous === true;
}

export function authorOf(entry: LogEntry): string | undefined {
  if (entry.kind === 'tip') return entry.giver.identity;
  return entry.kind === 'message' ? entry.from.identity : undefined;
}
