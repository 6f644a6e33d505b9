/** A statement of Postgres takes at most 65,535 parameters: so many rows, or keys, stay below that. */
const CHUNK = 1_000;

export function* inChunks<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += CHUNK) yield all.slice(at, at + CHUNK);
}
