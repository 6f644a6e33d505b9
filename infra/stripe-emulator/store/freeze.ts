/** A record that someone holds never changes under their hands. */
export function freeze<T extends object>(record: T): T {
  if (Object.isFrozen(record)) return record;
  Object.freeze(record);
  for (const value of Object.values(record)) if (typeof value === 'object' && value !== null) freeze(value);
  return record;
}
