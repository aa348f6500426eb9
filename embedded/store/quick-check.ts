import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemTimer, type Timer } from './timer.ts';

export interface QuickCheckOptions {
  /** Path of the database. */
  readonly file: string;
  /** Told what is wrong, in SQLite's words. */
  readonly onDamage: (finding: string) => void;
  /** Told that the check could not be made. */
  readonly onError: (error: unknown) => void;
  /** @default setTimeout */
  readonly timer?: Timer;
  /** Milliseconds until it begins, so that the start comes first. @default 5_000 */
  readonly afterMs?: number;
}

export interface QuickCheck {
  /** Resolves when the file was looked through, or could not be; not after `stop`. */
  readonly ended: Promise<void>;
  readonly stop: () => void;
}

/**
 * Lets SQLite look through the whole file once (`PRAGMA quick_check`, sqlite.org/pragma.html). In a process of its own: a
 * large file takes minutes, in which a thread could not be ended, and the service could not stop.
 */
export function startQuickCheck(options: QuickCheckOptions): QuickCheck {
  const { file, onDamage, onError, timer = systemTimer, afterMs = 5_000 } = options;
  const stopped = new AbortController();
  const ended = Promise.withResolvers<void>();
  const cancel = timer(afterMs, () => {
    const script = fileURLToPath(new URL(`./quick-check-process${extname(import.meta.url)}`, import.meta.url));
    // What NODE_OPTIONS loads, traces for instance, is for the service.
    const settings = {
      signal: stopped.signal,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '' },
    } as const;
    execFile(process.execPath, [script, file], settings, (error, stdout, stderr) => {
      if (stopped.signal.aborted) return;
      ended.resolve();
      const [finding] = stdout.split('\n').filter((line) => line !== '');
      if (finding !== undefined) return onDamage(finding);
      const said = /database disk image is malformed|file is not a database/.exec(stderr);
      if (said) onDamage(said[0]);
      else if (error) onError(error);
    });
  });
  return {
    ended: ended.promise,
    stop() {
      cancel();
      stopped.abort();
    },
  };
}
