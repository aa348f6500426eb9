import { defineConfig } from 'vitest/config';

/** `npm run test:package`: builds, packs and installs the client, so it is apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: 'test/package/install.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: ['graphql-ws'] } },
  },
});
