import type { Json, StatusError, Update } from '../../../core/contract.ts';
import { createTestLog } from './log.ts';

/** What an update can change. */
export type Change = Partial<Omit<Update, 'tenant' | 'workflow' | 'id' | 'epoch' | 'seq' | 'cursor' | 'kind' | 'done'>>;

/** One execution of the test service. Each method appends an update, pushes it, and returns it. */
export interface TestRun {
  readonly workflow: string;
  readonly id: string;
  /** Everything appended so far, trimmed or not. */
  readonly updates: readonly Update[];
  /** RUNNING. */
  start(): Update;
  /** The state that is now active, alone. */
  enter(state: string): Update;
  /** Any change over the last update; nothing is appended where nothing changes (S9). The first makes it RUNNING (S6). */
  emit(change: Change): Update;
  /** SUCCEEDED. @param output @default null */
  succeed(output?: Json): Update;
  /** FAILED. @param error its name, or name and cause @default States.TaskFailed */
  fail(error?: string | StatusError): Update;
  timeOut(): Update;
  abort(): Update;
  /** RUNNING again, in a further attempt of the same log (S6). */
  redrive(): Update;
  /** Forgets what is before this seq. Pushes nothing, as the service does. */
  trim(before: number): void;
  /** The same log under a new epoch, as after a restore. Pushes nothing. */
  rebuild(): void;
}

/** A run, and what the service needs of its log. */
export interface OpenRun {
  readonly run: TestRun;
  readonly log: ReturnType<typeof createTestLog>;
}

/** @param publish told of each update @param now epoch milliseconds */
export function createRun(workflow: string, id: string, now: () => number, publish: (update: Update) => void): OpenRun {
  const log = createTestLog(workflow, id, now);
  const time = () => new Date(now()).toISOString();

  function emit(change: Change): Update {
    const last = log.updates.at(-1);
    const status = change.status ?? (!last || last.status === 'PENDING' ? 'RUNNING' : last.status);
    const next = { ...(last && carried(last)), ...change, status };
    const kind = last ? changed(last, next) : 'status';
    if (last && kind === null) return last;
    const update = log.append({ ...next, kind: kind ?? 'status' });
    publish(update);
    return update;
  }

  /** Known from the first status on: states alone do not tell it (S3). */
  const startedAt = () => log.updates.at(-1)?.startedAt ?? time();
  const end = (status: Update['status'], change: Change = {}): Update =>
    emit({ status, activeStates: [], startedAt: startedAt(), stoppedAt: time(), ...change });

  const run: TestRun = {
    workflow,
    id,
    get updates() {
      return log.updates;
    },
    emit,
    start: () => emit({ status: 'RUNNING', startedAt: startedAt() }),
    enter: (state) => emit({ state, activeStates: [state] }),
    succeed: (output = null) => end('SUCCEEDED', { output }),
    fail(error = 'States.TaskFailed') {
      return end('FAILED', { error: typeof error === 'string' ? { name: error, cause: null } : error });
    },
    timeOut: () => end('TIMED_OUT'),
    abort: () => end('ABORTED'),
    redrive() {
      const { redriveCount = 0, state = null } = log.updates.at(-1) ?? {};
      return emit({
        status: 'RUNNING',
        redriveCount: redriveCount + 1,
        activeStates: state === null ? [] : [state],
        progress: null,
        output: null,
        outputOmitted: false,
        error: null,
        stoppedAt: null,
      });
    },
    trim: (before) => log.trim(before - 1),
    rebuild() {
      const updates = log.updates;
      log.renew();
      for (const update of updates) log.append({ ...carried(update), kind: update.kind });
    },
  };
  return { run, log };
}

/** What one update hands on to the next, less what names its place in the log. */
function carried({ epoch, seq, cursor, done, kind, occurredAt, recordedAt, ...rest }: Update): Change {
  return rest;
}

/** The kind of a change; null when it is none (S9). */
function changed(last: Update, next: Change): Update['kind'] | null {
  const differs = (names: readonly (keyof Change)[]): boolean =>
    names.some((name) => JSON.stringify(last[name]) !== JSON.stringify(next[name]));
  if (differs(['status', 'output', 'error', 'redriveCount'])) return 'status';
  if (differs(['state', 'activeStates'])) return 'state';
  return differs(['progress']) ? 'progress' : null;
}
