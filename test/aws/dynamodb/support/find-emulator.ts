import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type FoundEmulator =
  | { readonly type: 'found'; readonly folder: string }
  | { readonly type: 'absent'; readonly reason: string };

/** DynamoDB Local as an npm package ships it, and a Java that runs. */
export function findEmulator(): FoundEmulator {
  let folder: string;
  try {
    const manifest = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json');
    folder = join(dirname(manifest), 'emulator');
  } catch {
    return { type: 'absent', reason: 'the package amplify-dynamodb-simulator is not installed.' };
  }
  if (!existsSync(join(folder, 'DynamoDBLocal.jar'))) {
    return { type: 'absent', reason: `there is no DynamoDBLocal.jar in ${folder}.` };
  }
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) {
    return { type: 'absent', reason: 'there is no Java.' };
  }
  return { type: 'found', folder };
}
