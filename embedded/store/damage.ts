import type { DatabaseSync } from 'node:sqlite';

/** SQLite's primary result codes that tell a damaged file (sqlite.org/rescode.html): CORRUPT, NOTADB. */
const damaged = new Set([11, 26]);

/** The extended code holds the primary one in its lowest byte. */
export const isDamage = (error: unknown): error is Error =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  damaged.has(error.errcode & 0xff);

/**
 * From now on `onDamage` is told whenever a statement of this connection finds the file damaged; whoever ran it gets its
 * error as before. To be called before anything is prepared.
 */
export function noticeDamage(db: DatabaseSync, onDamage: (error: Error) => void): void {
  const told = (error: unknown): void => {
    if (isDamage(error)) onDamage(error);
  };
  watch(db, 'exec', told);
  const prepare = db.prepare.bind(db);
  db.prepare = (sql, ...options) => {
    const statement = prepare(sql, ...options);
    for (const name of ['get', 'all', 'run'] as const) watch(statement, name, told);
    const iterate = statement.iterate.bind(statement);
    statement.iterate = function* iterated(...parameters: Parameters<typeof iterate>) {
      try {
        return yield* iterate(...parameters);
      } catch (error) {
        told(error);
        throw error;
      }
    } as typeof iterate;
    return statement;
  };
}

function watch<K extends string>(
  target: { [name in K]: (...args: never[]) => unknown },
  name: K,
  told: (error: unknown) => void,
): void {
  const original = target[name];
  target[name] = (...args) => {
    try {
      return Reflect.apply(original, target, args);
    } catch (error) {
      told(error);
      throw error;
    }
  };
}
