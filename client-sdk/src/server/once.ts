/**
 * Runs the work of each id once: a repetition while it runs waits for the same end, one after it succeeded does nothing,
 * one after it failed runs it again. Remembers the last `size` ids, so memory has a bound and repetitions beyond it run.
 */
export function createOnce(size: number): (id: string, run: () => unknown) => Promise<void> {
  const done = new Set<string>();
  const underWay = new Map<string, Promise<void>>();

  async function work(id: string, run: () => unknown): Promise<void> {
    await run();
    done.add(id);
    const [oldest] = done;
    if (done.size > size && oldest !== undefined) done.delete(oldest);
  }

  return (id, run) => {
    if (done.has(id)) return Promise.resolve();
    const current = underWay.get(id);
    if (current) return current;
    const mine = work(id, run).finally(() => underWay.delete(id));
    underWay.set(id, mine);
    return mine;
  };
}
