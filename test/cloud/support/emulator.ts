import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { killTree, start } from './processes.ts';

/** The account and the region that everything happens in. */
export const account = '000000000000';
export const region = 'us-east-1';

/** A cloud that listens on the loopback only, and forgets everything when it stops. */
export interface Emulator {
  /** Where every AWS API of it is, without a slash at the end. */
  readonly url: string;
  /** For the AWS SDK and the CDK's command line: they then speak with this cloud alone. */
  readonly env: NodeJS.ProcessEnv;
  /** What it prints, the Lambdas' lines included. */
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  readonly ministack: string;
  /** An empty folder for all that it writes. */
  readonly folder: string;
  /** Set for it and for the processes of all Lambdas. */
  readonly lambdaEnv?: NodeJS.ProcessEnv;
}

/** Long enough for a busy machine; it takes half a second on a quiet one. */
const startMs = 30_000;

export async function startEmulator({ ministack, folder, lambdaEnv = {} }: EmulatorOptions): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const logFile = join(folder, 'ministack.log');
  // Only what it needs: the developer's own AWS profile must not reach a Lambda.
  const base = {
    HOME: folder,
    LANG: 'C.UTF-8',
    // The Lambdas run on the first `node` there is: this very one.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  };
  const access = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const out = openSync(logFile, 'w');
  const server = start(ministack, [], {
    cwd: folder,
    env: {
      ...base,
      ...access,
      // Roles are enforced: a Lambda may do what its role says, and nothing else.
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // It leaves a folder per Lambda there.
      TMPDIR: temporary,
      S3_DATA_DIR: join(folder, 's3'),
      STATE_DIR: join(folder, 'state'),
      ...lambdaEnv,
    },
    stdio: ['ignore', out, out],
  });
  const ended = once(server, 'exit');
  await untilHealthy(url, ended, () => readFileSync(logFile, 'utf8'));
  return {
    url,
    env: { ...base, ...access, AWS_EC2_METADATA_DISABLED: 'true' },
    logFile,
    async stop() {
      killTree(server);
      await ended;
    },
  };
}

async function untilHealthy(url: string, ended: Promise<unknown>, log: () => string): Promise<void> {
  const until = Date.now() + startMs;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (;;) {
    const answer = await fetch(`${url}/_ministack/health`).catch(() => null);
    if (answer?.ok) return;
    if (over || Date.now() > until) throw new Error(`The emulated cloud did not start:\n${log()}`);
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}
