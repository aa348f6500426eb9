/** One place of the source. */
export interface Edit {
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly source: string;
  readonly without: string;
}

/** A safeguard as the source spells it, and what stands there when it is taken out. */
export interface Safeguard extends Edit {
  readonly name: string;
  /** A second line of defence for the same promise, taken out with it: each alone would hold it. */
  readonly also?: Edit;
  /** Of these test files at least one turns red without it. */
  readonly tests: readonly string[];
}

export const guard = (
  name: string,
  file: string,
  source: string,
  without: string,
  ...tests: readonly string[]
): Safeguard => ({
  name,
  file,
  source,
  without,
  tests: tests.map((test) => `test/${test}.test.ts`),
});
