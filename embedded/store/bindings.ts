import type { DatabaseSync } from 'node:sqlite';
import type { Binding, Bindings } from '../../core/ports.ts';
import type { Writer } from './writer.ts';

export function createBindings(db: DatabaseSync, writer: Writer): Bindings {
  const select = db.prepare('SELECT machine_arn FROM bindings WHERE workflow = ?');
  const insert = db.prepare('INSERT INTO bindings (workflow, machine_arn) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const remove = db.prepare('DELETE FROM bindings WHERE workflow = ?');
  const page = db.prepare(
    'SELECT workflow, machine_arn AS machineArn FROM bindings WHERE workflow > ? ORDER BY workflow LIMIT ?',
  );
  const boundTo = (workflow: string): string | null =>
    (select.get(workflow) as { readonly machine_arn: string } | undefined)?.machine_arn ?? null;
  return {
    // The store has one process, and a look costs less than keeping what was seen in step with what is undone.
    find: async (workflow) => boundTo(workflow),
    async bind(workflow, machineArn) {
      const bound = boundTo(workflow);
      if (bound !== null) return bound;
      return writer.write(() => {
        insert.run(workflow, machineArn);
        return boundTo(workflow) ?? machineArn;
      });
    },
    async list(after, limit) {
      const found = page.all(after ?? '', limit + 1) as unknown as readonly Binding[];
      const bindings = found.slice(0, limit).map(({ workflow, machineArn }) => ({ workflow, machineArn }));
      return { bindings, next: found.length > limit ? (bindings.at(-1)?.workflow ?? null) : null };
    },
    unbind: (workflow) => writer.write(() => remove.run(workflow).changes > 0),
  };
}
