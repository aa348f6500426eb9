import { DatabaseSync } from 'node:sqlite';
import { examine } from '../../embedded/doctor/examine.ts';
import type { Gone } from './gone.ts';

const tables = ['updates', 'intakes', 'deliveries'];

/** What the database still holds of executions that are gone, besides the markers that S4 wants; readable while it runs. */
export function leftovers(file: string, gone: readonly Gone[]): readonly string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = tables.map((table) => ({
      table,
      count: db.prepare(`SELECT count(*) AS rows FROM ${table} WHERE workflow = ? AND id = ?`),
    }));
    const marker = db.prepare("SELECT json ->> '$.goneUntil' AS until FROM heads WHERE workflow = ? AND id = ?");
    return gone.flatMap(({ workflow, id }) => [
      ...rows
        .filter(({ count }) => count.get(workflow, id)?.rows !== 0)
        .map(({ table }) => `gone, but there are ${table} of ${workflow}/${id}`),
      ...(Number(marker.get(workflow, id)?.until ?? 0) > 0 ? [] : [`gone, but ${workflow}/${id} has no marker`]),
    ]);
  } finally {
    db.close();
  }
}

/** What `statuswire doctor` says of it. */
export const findings = (file: string): readonly string[] =>
  [...examine(file)].map(({ check, key, problem }) => `doctor: ${check} ${key?.workflow}/${key?.id} ${problem}`);
