import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/cloud/*.test.ts'],
    // All on one stack, and the cores belong to its Lambdas.
    fileParallelism: false,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As in the other tests of the whole: one copy of graphql.
    server: { deps: { inline: ['graphql-ws'] } },
  },
});
