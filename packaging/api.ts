import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiReports } from './api-report.ts';
import { packages } from './pack.ts';
import { inRoot, sources } from './sources.ts';

/** `npm run api`: writes the reports of what the packages let others use. */
const folder = mkdtempSync(join(tmpdir(), 'statuswire-api-'));
try {
  mkdirSync(inRoot(sources.reports), { recursive: true });
  for (const [name, build] of Object.entries(packages)) {
    const built = join(folder, name);
    await build(built);
    for (const [file, text] of apiReports(built)) writeFileSync(inRoot(sources.reports, file), text);
  }
} finally {
  rmSync(folder, { recursive: true });
}
