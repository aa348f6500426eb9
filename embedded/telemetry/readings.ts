import { Counter, Gauge, type Registry } from 'prom-client';
import { type HealthProblem, healthProblems } from '../../handlers/api/types.ts';
import { createAges } from './ages.ts';

/** What is looked up when somebody asks for the metrics. */
export interface Readings {
  /** Epoch milliseconds of what has waited longest; null when nothing waits. */
  readonly oldest: { readonly fanout: number | null; readonly webhook: number | null; readonly start: number | null };
  readonly depth: { readonly fanout: number; readonly webhook: number; readonly start: number };
  /**
   * Executions to be looked at later; `since` is the earliest time that one should have been, if that has passed, or a time
   * further ahead than any rule sets.
   */
  readonly due: { readonly executions: number; readonly since: number | null };
  readonly deadLetters: number;
  /** What kept workflows from being loaded. */
  readonly workflowProblems: number;
  /** What is not as usual. */
  readonly problems: readonly HealthProblem[];
  readonly groupFailures: number;
  readonly waiters: number;
  readonly sockets: number;
  readonly subscriptions: number;
  readonly delivered: number;
  readonly repeated: number;
  readonly slowSockets: number;
  readonly databaseBytes: { readonly database: number; readonly wal: number };
}

/** Makes the gauges; answers how to bring them up to date. */
export function createReadings(registry: Registry): (readings: Readings, now: number) => void {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name: `statuswire_${name}`, help, labelNames, registers });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `statuswire_${name}`, help, labelNames, registers });

  const oldest = gauge('oldest_undelivered_seconds', 'Age of what has waited longest, by channel', ['channel']);
  const depth = gauge('queue_depth', 'What waits, by queue', ['queue']);
  const due = gauge('executions_due', 'Executions to be looked at at some time: held facts, open Express runs');
  const overdue = gauge('settle_overdue_seconds', 'How late the look at an execution is');
  const deadLetters = gauge('dead_letters', 'Dead letters stored');
  const workflowProblems = gauge('workflow_problems', 'What kept workflows from being loaded at the start');
  const problems = gauge('problem', 'What is not as usual: 1', ['problem']);
  const waiters = gauge('waiters', 'Requests held until their execution moves');
  const sockets = gauge('sockets', 'WebSocket connections');
  const subscriptions = gauge('subscriptions', 'Subscriptions under way');
  const bytes = gauge('database_bytes', 'Size of the database files', ['file']);
  const groupFailures = counter('group_failures_total', 'Group transactions that could not be committed');
  const published = counter('subscription_updates_total', 'Updates for subscribers', ['outcome']);
  const slow = counter('sockets_slow_total', 'Sockets closed because they read too slowly');

  const ageOf = createAges();

  return (readings, now) => {
    for (const channel of ['fanout', 'webhook', 'start'] as const) {
      oldest.set({ channel }, ageOf(channel, readings.oldest[channel], now));
      depth.set({ queue: channel }, readings.depth[channel]);
    }
    due.set(readings.due.executions);
    overdue.set(ageOf('due', readings.due.since, now));
    deadLetters.set(readings.deadLetters);
    workflowProblems.set(readings.workflowProblems);
    for (const problem of healthProblems) problems.set({ problem }, readings.problems.includes(problem) ? 1 : 0);
    waiters.set(readings.waiters);
    sockets.set(readings.sockets);
    subscriptions.set(readings.subscriptions);
    for (const file of ['database', 'wal'] as const) bytes.set({ file }, readings.databaseBytes[file]);
    // These are counted where they happen; here they are only copied.
    groupFailures.reset();
    groupFailures.inc(readings.groupFailures);
    published.reset();
    published.inc({ outcome: 'delivered' }, readings.delivered);
    published.inc({ outcome: 'repeated' }, readings.repeated);
    slow.reset();
    slow.inc(readings.slowSockets);
  };
}
