/** A process with a runner and little heap: `start` starts 120 executions that do not end, `resume` ends them all. */

import { createRunner } from '../../../../embedded/runner/runner.ts';
import { openStore } from '../../../../embedded/store/index.ts';
import { workflowOf } from './kit.ts';

const [database = '', mode = ''] = process.argv.slice(2);
const store = openStore({ file: database, report: () => undefined });
const ends = mode === 'resume';
const runner = createRunner({
  workflows: [
    workflowOf(
      { StartAt: 'T', States: { T: { Type: 'Task', Resource: 'x', ResultPath: null, OutputPath: '$.id', End: true } } },
      { T: () => (ends ? null : new Promise<never>(() => undefined)) },
    ),
  ],
  store,
  emit: async () => void (await store.writer.write(() => undefined)),
});
if (ends) {
  await runner.resume();
  await runner.idle();
} else {
  const text = 'x'.repeat(200_000);
  for (let id = 0; id < 120; id += 1) {
    await runner.start({ workflow: 'w', id: `x-${id}` }, JSON.stringify({ id, text }));
  }
}
process.stdout.write(ends ? 'all over\n' : 'all started\n');
if (!ends) setInterval(() => undefined, 1_000);
else process.exit(0);
