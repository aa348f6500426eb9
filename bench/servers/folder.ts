import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes when the process does. On the disk that STATUSWIRE_BENCH_FOLDER names, else the system's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(process.env.STATUSWIRE_BENCH_FOLDER ?? tmpdir(), 'statuswire-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
