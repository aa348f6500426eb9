import { defineConfig } from 'vitest/config';

/** `npm run test:package`: packs all packages and installs them, so it is apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: 'test/package/support/setup.ts',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    server: { deps: { inline: ['graphql-ws'] } },
  },
});
