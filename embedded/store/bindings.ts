import type { DatabaseSync } from 'node:sqlite';
import type { Bindings } from '../../core/ports.ts';
import type { Writer } from './writer.ts';

export function createBindings(db: DatabaseSync, writer: Writer): Bindings {
  const select = db.prepare('SELECT machine_arn FROM bindings WHERE workflow = ?');
  const insert = db.prepare('INSERT INTO bindings (workflow, machine_arn) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const boundTo = (workflow: string) => select.get(workflow) as { machine_arn: string } | undefined;
  return {
    async bind(workflow, machineArn) {
      // A binding never changes, so only the first one costs a write.
      const bound = boundTo(workflow);
      if (bound) return bound.machine_arn;
      return writer.write(() => {
        insert.run(workflow, machineArn);
        return boundTo(workflow)?.machine_arn ?? machineArn;
      });
    },
  };
}
