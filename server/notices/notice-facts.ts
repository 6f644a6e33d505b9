/** Facts that notices commit to the outbox. The fact itself names room and identity. */
export interface NoticeFacts {
  /** A person of an embedder is to be told; null: the live has begun. */
  'reminder.due': { startsAt: string | null };
}
