import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { resourceOutputs, resourcesOf } from './permissions/grants.ts';
import { accessTo, type Stack, stackVariable } from './stack.ts';
import { createCdk, type Outputs } from './support/cdk.ts';
import { type Emulator, startEmulator } from './support/emulator.ts';
import { startFront } from './support/front.ts';
import { run, runWell } from './support/processes.ts';
import type { Tools } from './support/python.ts';
import { type Template, transform } from './transform.ts';

const stackName = 'StatuswireRehearsal';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface RehearsalOptions {
  readonly tools: Tools;
  /** An empty folder for everything that is written. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Given to vitest: names of test files. */
  readonly filters: readonly string[];
}

/** From the synthesis to the removal of the stack. Answers whether all tests passed; throws when it cannot even test. */
export async function rehearse({ tools, folder, say, filters }: RehearsalOptions): Promise<boolean> {
  const calls = join(folder, 'calls.jsonl');
  writeFileSync(calls, '');
  const recorder = pathToFileURL(here('permissions/recorder.ts')).href;
  const emulator = await startEmulator({
    ministack: tools.ministack,
    folder,
    lambdaEnv: { NODE_OPTIONS: `--import=${recorder} --disable-warning=ExperimentalWarning`, STATUSWIRE_RECORD: calls },
  });
  say(`the emulated cloud is up, with AUTH=true, at ${emulator.url}`);
  const front = await startFront(Number(new URL(emulator.url).port));
  try {
    const cdk = createCdk(emulator, folder);
    const assembly = join(folder, 'cdk.out');
    const bootstrapped = cdk.bootstrap();
    bootstrapped.catch(() => undefined);
    await runWell(process.execPath, [here('app.ts'), stackName, assembly], { timeoutMs: 90_000 });
    say('synthesized');
    const linted = lint(tools, join(assembly, `${stackName}.template.json`));
    await bootstrapped;
    say('bootstrapped');
    const emulated = join(folder, 'emulated.out');
    const template = adapt({ from: assembly, to: emulated, url: emulator.url, socketUrl: front.url, say });
    const outputs = await cdk.deploy(emulated, stackName);
    const stack = await describe(emulator, { outputs, template, calls });
    say(`deployed: ${Object.keys(stack.resources).length} resources`);
    const isClean = await linted;
    say(isClean ? 'cfn-lint: clean' : 'cfn-lint: it has FINDINGS, see above');
    const passed = await test(stack, folder, filters, say);
    await cdk.destroy(emulated, stackName);
    say('destroyed');
    return passed && isClean;
  } finally {
    front.close();
    await emulator.stop();
    say('the emulated cloud is gone');
  }
}

/** W3005: that a dependency is written twice. The CDK does so, for a function and its role. */
const ignoredChecks: readonly string[] = ['W3005'];

/** The linter of CloudFormation's own people, on the template as it would go to AWS. */
async function lint({ cfnLint }: Tools, template: string): Promise<boolean> {
  const { code, output } = await run(cfnLint, ['--ignore-checks', ...ignoredChecks, '--', template]);
  if (code !== 0) process.stdout.write(output);
  return code === 0;
}

interface AdaptOptions {
  readonly from: string;
  readonly to: string;
  readonly url: string;
  readonly socketUrl: string;
  readonly say: (line: string) => void;
}

/** Copies the assembly, and changes the copy. Answers the path of the template that was left as it is. */
function adapt({ from, to, url, socketUrl, say }: AdaptOptions): string {
  cpSync(from, to, { recursive: true });
  const file = `${stackName}.template.json`;
  const original = JSON.parse(readFileSync(join(from, file), 'utf8')) as Template;
  const asked: Template = {
    ...original,
    Outputs: { ...original.Outputs, ...resourceOutputs(resourcesOf(original)) },
  };
  const { template, steps } = transform(asked, { url, socketUrl });
  writeFileSync(join(to, file), JSON.stringify(template));
  say(`changed for the emulator: ${steps.map(({ name, changed }) => `${name} ${changed}`).join(', ')}`);
  const idle = steps.filter(({ changed }) => changed === 0).map(({ name }) => name);
  if (idle.length > 0) throw new Error(`steps of the transform that have nothing to do any more: ${idle.join(', ')}`);
  return join(from, file);
}

async function describe(
  emulator: Emulator,
  known: { readonly outputs: Outputs; readonly template: string; readonly calls: string },
): Promise<Stack> {
  const client = new CloudFormationClient(accessTo(emulator.url));
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stackName }));
  client.destroy();
  return {
    ...known,
    endpoint: emulator.url,
    log: emulator.logFile,
    resources: Object.fromEntries(
      StackResources.map(({ LogicalResourceId, PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId ?? '']),
    ),
  };
}

/** One after the other: the repairs take a minute, and the permissions are compared with all calls that were made. */
async function test(
  stack: Stack,
  folder: string,
  filters: readonly string[],
  say: (line: string) => void,
): Promise<boolean> {
  const file = join(folder, 'stack.json');
  writeFileSync(file, JSON.stringify(stack));
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const rounds =
    filters.length > 0 ? [filters] : [['orders', 'operations'], ['contract'], ['repairs'], ['permissions']];
  let passed = true;
  for (const names of rounds) {
    say(`tests: ${names.join(', ')}`);
    const { code } = await run(
      process.execPath,
      [
        vitest,
        'run',
        '--reporter',
        'verbose',
        '--config',
        here('vitest.config.ts'),
        ...names.map((name) => `test/cloud/${name}`),
      ],
      { env: { ...process.env, [stackVariable]: file }, timeoutMs: 240_000, isShown: true },
    );
    passed &&= code === 0;
  }
  return passed;
}
