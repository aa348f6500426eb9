import { readFileSync } from 'node:fs';
import { region } from './support/emulator.ts';

/** Where `main.ts` tells the tests what it deployed: the path of a JSON file. */
export const stackVariable = 'STATUSWIRE_CLOUD_STACK';

/** What is deployed, as the tests are told. */
export interface Stack {
  /** Address of the emulated cloud. */
  readonly endpoint: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Physical ids by the template's logical ids. */
  readonly resources: Readonly<Record<string, string>>;
  /** The template as the CDK synthesized it. */
  readonly template: string;
  /** Where the Lambdas' calls are written. */
  readonly calls: string;
  /** What the emulated cloud prints. */
  readonly log: string;
}

export function readStack(): Stack {
  const file = process.env[stackVariable];
  if (!file) throw new Error('Nothing is deployed: run "npm run test:cloud".');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The physical id of the one resource whose logical id begins so; the CDK appends a hash. */
export function physicalId({ resources }: Pick<Stack, 'resources'>, prefix: string): string {
  const found = Object.entries(resources).filter(([id]) => id.replace(/[0-9A-F]{8}$/, '') === prefix);
  const [[, physical] = []] = found;
  if (found.length !== 1 || !physical) {
    throw new Error(`${found.length} resources are called ${prefix}: ${Object.keys(resources).join(', ')}`);
  }
  return physical;
}

/** @throws Error when there is no output of that name. */
export function output({ outputs }: Pick<Stack, 'outputs'>, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`no output ${name} among ${Object.keys(outputs).join(', ')}`);
  return value;
}

/** For every client of the AWS SDK: who tests is the account itself. */
export const accessTo = (endpoint: string) => ({
  endpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
