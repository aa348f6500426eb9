import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    include: ['test/aws/dynamodb/**/*.test.ts'],
    globalSetup: ['test/aws/dynamodb/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // DynamoDB Local takes the other core: with two workers a long property ran out of its time.
    maxWorkers: 1,
  },
});
