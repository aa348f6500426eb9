import { once } from 'node:events';
import { startChild } from '../../support/child.ts';

export interface Serving {
  /** Address of the service. */
  readonly url: string;
  /** Both streams, as far as they have come. */
  output(): string;
  /** Resolves when the output has what is looked for; rejects with the output when the process ends before. */
  until(text: RegExp): Promise<RegExpExecArray>;
  /** Ends it as Ctrl-C does, and resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a service by its command and waits until it listens. */
export async function serving(program: string, args: readonly string[], cwd: string): Promise<Serving> {
  const child = startChild(program, args, { cwd, env: { PATH: process.env.PATH ?? '' } });
  const ended = once(child, 'close');
  let output = '';
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const hear of heard) hear();
    });
  }
  const until = (text: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const hear = (): void => {
        const found = text.exec(output);
        if (!found) return;
        heard.delete(hear);
        resolve(found);
      };
      heard.add(hear);
      ended.then(() => reject(new Error(`ended without ${text}:\n${output}`)), reject);
      hear();
    });
  const [, url = ''] = await until(/listens on (\S+)/);
  return {
    url,
    output: () => output,
    until,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
