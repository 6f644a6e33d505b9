/**
 * For reads that newcomers wait for. Read after read, each for the two or three who came during the one before, an audience that comes back after the loss of
 * a gateway keeps it busy with statements; with this rest between them it takes a third of the statements. A single newcomer does not wait.
 */
export const NEWCOMERS_REST_MS = 40;

/** Fewer do not rest: for them it would be a wait for nothing. */
const CROWD = 2;

/** Rests between two reads when some have gathered during the first, so that more do. */
export async function restBetween(waiting: number, restMs: number): Promise<void> {
  if (restMs > 0 && waiting >= CROWD) await new Promise((resolve) => setTimeout(resolve, restMs));
}
