// Tells what is new among things that are read again at every look.

/** True the first time that a key is asked about, and from then on false. */
export function isFirst(told: Set<string>, key: string): boolean {
  const first = !told.has(key);
  told.add(key);
  return first;
}
