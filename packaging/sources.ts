import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the packages find what they are made of, as paths from the root: nothing else here knows folders. */
export const sources = {
  /** What `bin` starts. */
  commandLine: 'embedded/cli/main.ts',
  /** What `import type … from 'statuswire'` leads to. */
  types: 'embedded/index.ts',
  /** What the compiler has to know of libraries without types. */
  ambient: 'embedded/**/*.d.ts',
  bin: 'bin',
  schema: 'schema.graphql',
  client: 'client-sdk/src/index.ts',
  /** What the packages let others use, to be compared with what they do now. */
  reports: 'docs/api',
  /** Example workflows; each has a definition, tasks and a configuration. */
  examples: 'examples',
  /** Of the package, not of the repository. */
  readme: 'embedded/README.md',
} as const;

export const inRoot = (...path: readonly string[]): string => join(root, ...path);
