import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, so small that it can be filled up. */
export interface SmallDisk {
  /** As the processes see it that are started by `launcher`. */
  readonly folder: string;
  /** Comes before a command that is to see the disk; the command takes its place, process id and all. */
  readonly launcher: readonly string[];
  /** Leaves so many bytes free, or one block more. @default 0 */
  fill(spare?: number): void;
  /** Gives back what `fill` took. */
  free(): void;
  close(): void;
}

/**
 * Mounts a tmpfs in a mount namespace of its own, which needs no privileges where user namespaces are allowed. null where
 * they are not (or on other systems than Linux).
 */
export async function openSmallDisk(mebibytes: number): Promise<SmallDisk | null> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-disk-'));
  // The namespace, and the disk in it, live as long as this shell; it ends with its standard input.
  const script = `mount -t tmpfs -o size=${mebibytes}m,mode=700 tmpfs "$0" && echo mounted && cat`;
  const holder = spawn('unshare', ['-rm', 'sh', '-c', script, folder], { stdio: ['pipe', 'pipe', 'ignore'] });
  const mounted = await Promise.race([
    once(holder.stdout, 'data').then(() => true),
    once(holder, 'exit').then(() => false),
    once(holder, 'error').then(() => false),
  ]).catch(() => false);
  if (!mounted || holder.pid === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  const ballast = join(`/proc/${holder.pid}/root${folder}`, 'ballast');
  return {
    folder,
    launcher: ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials'],
    fill(spare = 0) {
      for (let size = 1_048_576; size >= 1; ) {
        try {
          appendFileSync(ballast, Buffer.alloc(size));
        } catch {
          size = Math.floor(size / 2);
        }
      }
      if (spare > 0) truncateSync(ballast, statSync(ballast).size - spare);
    },
    free: () => rmSync(ballast),
    close() {
      holder.stdin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
