import type { Update } from '../../../core/contract.ts';

/** Every update that the log ever held, as the test itself read it from the service: also those trimmed since. */
export interface Archive {
  add(updates: readonly Update[]): void;
  find(at: { readonly epoch: string; readonly seq: number }): Update | undefined;
  last(): Update | undefined;
}

export function createArchive(): Archive {
  const all = new Map<string, Update>();
  let last: Update | undefined;
  const name = ({ epoch, seq }: { readonly epoch: string; readonly seq: number }) => `${epoch}.${seq}`;
  return {
    add(updates) {
      for (const update of updates) all.set(name(update), update);
      last = updates.at(-1) ?? last;
    },
    find: (at) => all.get(name(at)),
    last: () => last,
  };
}
