/** What `run` returns; undefined when it throws, as JSON and other people's storage do. For where the reason does not matter. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
