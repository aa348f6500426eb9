import { expect, it } from 'vitest';
import { statusChange } from '../../support/aws-shapes.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { end, redrive, type TrueExecution } from '../step-functions/fake-sfn.ts';
import { type Bench, hour, minute, openBench } from './bench.ts';

/** Something that happens to an execution, which its sources then should tell. */
interface Happening {
  readonly at: number;
  readonly what: 'start' | 'redrive' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly id: string;
}

const count = 60;
const dropped = 0.2;

/** Executions of seconds, minutes and hours; half of the failed ones are redriven, some twice. */
function plan(random: () => number, from: number): readonly Happening[] {
  const some = (most: number): number => Math.floor(random() ** 3 * most) + 1_500;
  return Array.from({ length: count }, (_, n) => `order-${n}`)
    .flatMap((id) => {
      const happenings: Happening[] = [];
      let at = from + Math.floor(random() * 2 * hour);
      let what: Happening['what'] = 'start';
      for (;;) {
        happenings.push({ at, what, id });
        at += some(3 * hour);
        what =
          (['SUCCEEDED', 'FAILED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const)[Math.floor(random() * 5)] ?? 'FAILED';
        happenings.push({ at, what, id });
        if (what === 'SUCCEEDED' || random() < 0.5) return happenings;
        at += some(3 * hour);
        what = 'redrive';
      }
    })
    .sort((a, b) => a.at - b.at);
}

function happen({ sfn }: Bench, { at, what, id }: Happening): TrueExecution {
  const known = [...sfn.executions.values()].find(({ name }) => name === id);
  const execution = known ?? sfn.put('orders', id, { startDate: at });
  if (what === 'redrive') redrive(execution, at);
  else if (what !== 'start') end(execution, what, at);
  return execution;
}

const told = ({ name, status, startDate, stopDate, output, error, redriveCount, redriveDate }: TrueExecution) =>
  statusChange({
    ...{ id: name, status, startDate, stopDate, redriveCount, redriveDate, error },
    cause: error === null ? null : 'it broke',
    ...(output === null ? {} : { output }),
  });

/** Plays a day of it minute by minute; sources drop a fifth, repeat a tenth, and delay by up to two minutes. */
async function play(seed: number, reconciling: boolean) {
  const random = seededRandom(seed);
  const bench = openBench();
  const happenings = [...plan(random, bench.now())];
  const last = (happenings.at(-1)?.at ?? 0) + 3 * hour;
  let onTheWay: { readonly at: number; readonly event: Record<string, unknown> }[] = [];
  let lost = 0;
  while (bench.now() < last) {
    bench.pass(minute);
    for (let next = happenings[0]; next && next.at <= bench.now(); next = happenings[0]) {
      happenings.shift();
      const event = told(happen(bench, next));
      if (random() < dropped) lost += 1;
      else onTheWay.push({ at: next.at + random() * 2 * minute, event });
      if (random() < 0.1) onTheWay.push({ at: next.at + random() * 2 * minute, event });
    }
    const arrived = onTheWay.filter(({ at }) => at <= bench.now());
    onTheWay = onTheWay.filter(({ at }) => at > bench.now());
    if (arrived.length > 0) await bench.ingest(arrived.map(({ event }) => event));
    if (reconciling) await bench.run();
  }
  const wrong: string[] = [];
  for (const execution of bench.sfn.executions.values()) {
    const updates = await bench.read(execution.name);
    const { status, redriveCount, output, error } = execution;
    const truth = JSON.stringify([status, redriveCount, output ? { total: 7 } : null, error]);
    const shown = updates.at(-1);
    const believed = JSON.stringify([shown?.status, shown?.redriveCount, shown?.output, shown?.error?.name ?? null]);
    const contiguous = updates.every(({ seq }, index) => seq === index + 1);
    if (believed !== truth || !contiguous) wrong.push(`${execution.name}: ${believed} instead of ${truth}`);
  }
  await bench.close();
  return { wrong, lost, repairs: bench.repairs(), troubles: bench.troubles };
}

it.each([1, 2, 3])('G5: sources that drop a fifth (seed %i): every log ends as the truth, lost 0', async (seed) => {
  const { wrong, lost, repairs, troubles } = await play(seed, true);
  expect(wrong).toEqual([]);
  expect(troubles).toEqual([]);
  expect(lost).toBeGreaterThan(20);
  // What was lost between two looks is repaired by one.
  expect(repairs).toBeGreaterThan(10);
  expect(repairs).toBeLessThanOrEqual(lost * 2);
});

it('without the reconciler the same sources leave logs that are wrong', async () => {
  const { wrong } = await play(1, false);
  expect(wrong.length).toBeGreaterThan(5);
});
