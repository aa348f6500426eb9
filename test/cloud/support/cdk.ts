import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { account, type Emulator, region } from './emulator.ts';
import { runWell } from './processes.ts';

/** The CDK's own command line, as `infra` pins it. */
const cli = createRequire(new URL('../../../infra/package.json', import.meta.url)).resolve('aws-cdk/bin/cdk');

/** By output name. */
export type Outputs = Readonly<Record<string, string>>;

export interface Cdk {
  bootstrap(): Promise<void>;
  /** @param assembly a folder that was synthesized, @param stack the name of a stack in it */
  deploy(assembly: string, stack: string): Promise<Outputs>;
  destroy(assembly: string, stack: string): Promise<void>;
}

/** @param folder for what the command line itself writes */
export function createCdk(emulator: Emulator, folder: string): Cdk {
  const env = { ...emulator.env, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const cdk = (...args: readonly string[]): Promise<string> =>
    runWell(process.execPath, [cli, '--no-notices', '--no-version-reporting', ...args], {
      cwd: folder,
      env,
      timeoutMs: 120_000,
    });

  return {
    async bootstrap() {
      await cdk('bootstrap', `aws://${account}/${region}`);
      // The bucket's policy denies plain HTTP, and on the loopback there is nothing else.
      const s3 = new S3Client({
        endpoint: emulator.url,
        region,
        forcePathStyle: true,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      });
      await s3.send(new DeleteBucketPolicyCommand({ Bucket: `cdk-hnb659fds-assets-${account}-${region}` }));
      s3.destroy();
    },
    async deploy(assembly, stack) {
      const file = join(folder, 'outputs.json');
      await cdk('deploy', '--app', assembly, stack, '--require-approval', 'never', '--outputs-file', file);
      const outputs = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Outputs>>;
      return outputs[stack] ?? {};
    },
    async destroy(assembly, stack) {
      await cdk('destroy', '--app', assembly, stack, '--force');
    },
  };
}
