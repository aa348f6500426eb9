/** Rounds of one run; what is left then waits for the next. */
const rounds = 10;

/** Repeats a bounded step while it says that there is more, a bounded number of times. */
export function createUntilDone(step: () => Promise<{ readonly more: boolean }>): () => Promise<void> {
  return async () => {
    for (let round = 0; round < rounds; round += 1) if (!(await step()).more) return;
  };
}
