/** Deep-freezes records, so that one that was read never changes. */
export function freeze<T extends object>(record: T): T {
  if (Object.isFrozen(record)) return record;
  Object.freeze(record);
  for (const value of Object.values(record)) if (typeof value === 'object' && value !== null) freeze(value);
  return record;
}
