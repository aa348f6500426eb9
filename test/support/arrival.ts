const isStatus = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'source' in item && item.source === 'aws.states';

/**
 * The items with the first status change before all others, which keep their order; where there is none, as they are.
 * Progress binds no name (S1, S11), so in a feed that may begin a workflow something that does must come first.
 */
export function withStatusFirst<T>(items: readonly T[]): readonly T[] {
  const at = items.findIndex(isStatus);
  return at < 0 ? items : [...items.slice(at, at + 1), ...items.slice(0, at), ...items.slice(at + 1)];
}
