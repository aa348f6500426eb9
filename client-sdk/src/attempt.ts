/**
 * What `run` returns of the argument; undefined when it throws, as JSON and other people's storage do. For where the reason
 * does not matter.
 */
export function attempt<T, Args extends readonly unknown[]>(run: (...args: Args) => T, ...args: Args): T | undefined {
  try {
    return run(...args);
  } catch {
    return undefined;
  }
}
