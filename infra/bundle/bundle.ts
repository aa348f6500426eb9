import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WorkflowsFile, workflowsSchema } from '../../aws/lambda/workflows.ts';
import { type Compiled, compile } from './compile.ts';
import { type LambdaName, lambdas } from './lambdas.ts';

export interface BundleOptions {
  /** Folder that the Lambdas' folders are made in. */
  readonly outDir: string;
  /** What is configured; lies as `workflows.json` beside each Lambda's code. */
  readonly workflows: WorkflowsFile;
  /** @default all that there are */
  readonly names?: readonly LambdaName[];
}

export interface LambdaBundle {
  /** Holds `index.mjs` and `workflows.json`. Another content, another folder. */
  readonly folder: string;
  /** Of the code. */
  readonly bytes: number;
  /** Of the code, without the AWS SDK. */
  readonly ownBytes: number;
}

const entryOf = (name: LambdaName): string => `handlers/${name}/index.ts`;

/** The Lambdas whose code is there. */
export const presentLambdas: readonly LambdaName[] = lambdas.filter((name) =>
  existsSync(fileURLToPath(new URL(`../../${entryOf(name)}`, import.meta.url))),
);

/** An app may have several stacks, and tests synthesize many: each Lambda is compiled once in a process. */
const compiled = new Map<LambdaName, Compiled>();

export function compileLambda(name: LambdaName): Compiled {
  const known = compiled.get(name) ?? compile(entryOf(name));
  compiled.set(name, known);
  return known;
}

/**
 * Writes a folder for each Lambda, for `Code.fromAsset`. The same sources and workflows give the same bytes and folders.
 * Synchronous, because constructs are.
 *
 * @throws ZodError when the workflows are none; RangeError when they hold a value that is known only at deployment, which a
 * file cannot wait for; esbuild's BuildFailure.
 */
export function bundleLambdas<Name extends LambdaName>(
  options: BundleOptions & { readonly names: readonly Name[] },
): Readonly<Record<Name, LambdaBundle>>;
export function bundleLambdas(options: BundleOptions): Readonly<Partial<Record<LambdaName, LambdaBundle>>>;
export function bundleLambdas({
  outDir,
  workflows,
  names = presentLambdas,
}: BundleOptions): Readonly<Partial<Record<LambdaName, LambdaBundle>>> {
  const configuration = workflowsText(workflows);
  return Object.fromEntries(names.map((name) => [name, write(outDir, name, compileLambda(name), configuration)]));
}

function write(outDir: string, name: LambdaName, { code, ownBytes }: Compiled, configuration: string): LambdaBundle {
  const content = createHash('sha256').update(code).update(configuration).digest('hex').slice(0, 16);
  const folder = join(outDir, `${name}-${content}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), code);
  writeFileSync(join(folder, 'workflows.json'), configuration);
  return { folder, bytes: code.length, ownBytes };
}

/** By name, so that the order in which somebody lists them changes nothing. */
function workflowsText(workflows: WorkflowsFile): string {
  const text = JSON.stringify(workflows);
  if (text.includes('${Token[')) {
    throw new RangeError('A workflow is configured with a value that is known only at deployment (a CDK token).');
  }
  workflowsSchema.parse(workflows);
  const sorted = Object.entries(workflows).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
