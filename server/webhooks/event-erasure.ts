/** Takes a person out of the data of an event that concerns them: their name wherever their identity stands, and every text. */
const ERASED_NAME = 'Erased';
const TEXTS = new Set(['message', 'text', 'note']);

export function withoutPerson(data: unknown, identity: string): unknown {
  if (Array.isArray(data)) return data.map((item) => withoutPerson(item, identity));
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, value]) => {
    if (TEXTS.has(key) && typeof value === 'string') return [key, null];
    return [key, withoutPerson(value, identity)];
  });
  const erased = Object.fromEntries(entries);
  return erased.identity === identity && 'name' in erased ? { ...erased, name: ERASED_NAME } : erased;
}
