/** What parent and child say to one another. */
export type Call = { readonly id: number; readonly name: string; readonly args: readonly unknown[] };
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

/** In a child: answers the parent's calls until the parent is gone, which ends this process too. */
export function serveCalls(calls: Calls): void {
  const send = (answer: Answer): void => {
    process.send?.(answer);
  };
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, args }: Call) => {
    const call = calls[name] as ((...args: readonly unknown[]) => unknown) | undefined;
    Promise.resolve()
      .then(() => call?.(...args))
      .then(
        (value) => send({ id, value }),
        (error: unknown) =>
          send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
}
