/** What came of one kind of fault. */
export interface Outcome {
  /** Faults that were made. */
  readonly cases: number;
  /** Outcomes by name, for people. */
  readonly counts: Readonly<Record<string, number>>;
  /** What must not happen, one sentence each; empty: it passed. */
  readonly failures: readonly string[];
  /** Why nothing was tried. */
  readonly skipped?: string;
}

export interface FaultOptions {
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly print: (line: string) => void;
}

/** Counts outcomes and keeps failures while cases run. */
export function createTally() {
  const counts: Record<string, number> = {};
  const failures: string[] = [];
  let cases = 0;
  return {
    count(name: string): void {
      counts[name] = (counts[name] ?? 0) + 1;
      cases += 1;
    },
    fail: (sentence: string): void => void failures.push(sentence),
    outcome: (): Outcome => ({ cases, counts, failures }),
  };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
