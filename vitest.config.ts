import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { hangMs } from './test/support/eventually.ts';

/** @param isolate A process of its own for every file, which costs twice the time: only for tests of whole processes. */
const project = (name: string, include: string[], isolate = false) => ({
  extends: true as const,
  test: { name, isolate, include: include.map((pattern) => `test/${pattern}`) },
});

/** The adapters and wirings of AWS, all but the table: DynamoDB Local needs Java, so it has a command of its own. */
const aws = project('aws', ['aws/**/*.test.ts']);

/** The construct and the bundles of the Lambdas: a command of its own, because both need everything bundled first. */
const infra = project('infra', ['infra/**/*.test.ts', 'aws/bundles/**/*.test.ts']);

/** Short forms of the soak and of the kills: a command of their own, because they take as long as a fifth of all others. */
const long = 'whole/{soak,crash}.test.ts';

/** The tests of the routes that take a body, once more with every body sent in one of these forms over a real socket. */
const sent = (form: string) => {
  const routes = '{appsync-clients,bad-requests,events,idempotency-key,operator,start-execution,tokens,webhooks}';
  const { extends: own, test } = project(`sent ${form}`, [`handlers/api/${routes}.test.ts`]);
  return { extends: own, test: { ...test, env: { STATUSWIRE_BODY_FORM: form } } };
};

const isLong = ({ moduleId }: TestSpecification): boolean => /test\/contract\/embedded/.test(moduleId);

/** vitest begins with the largest files, but these small ones mostly wait, and would be waited for at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const whole = project('whole', ['whole/**/*.test.ts', 'house/**/*.test.ts'], true);

export default defineConfig({
  test: {
    // For what hangs, and for nothing else: no test is judged by the time it takes (test/house/wall-clock.test.ts).
    testTimeout: hangMs + 60_000,
    hookTimeout: hangMs + 60_000,
    globalSetup: 'test/support/leftovers.ts',
    // vitest leaves one core free by default, and of two that would be half; much of the suite waits for sockets anyway.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Otherwise vitest loads graphql twice, as ESM for us and as CommonJS for graphql-ws, and GraphQLError differs.
    server: { deps: { inline: ['graphql-ws'] } },
    projects: [
      project('core', ['core/**/*.test.ts', 'properties/**/*.test.ts']),
      project('client', ['client-sdk/**/*.test.{ts,tsx}']),
      project('contract', ['contract/**/*.test.ts']),
      project('ports', ['ports/**/*.test.ts']),
      project('service', ['handlers/**/*.test.ts', 'embedded/**/*.test.ts']),
      ...['chunked', 'in two parts', 'chunked in parts', 'HTTP/1.0'].map(sent),
      project('resolvers', ['resolvers/**/*.test.ts']),
      { ...aws, test: { ...aws.test, exclude: ['test/aws/dynamodb/**', 'test/aws/bundles/**'] } },
      { ...infra, test: { ...infra.test, globalSetup: 'test/infra/support/assets.ts' } },
      { ...whole, test: { ...whole.test, exclude: [`test/${long}`] } },
      project('long', [long], true),
    ],
  },
});
