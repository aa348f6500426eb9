import type { AslMachine } from '../workflows/asl.ts';
import type { TaskCall } from '../workflows/loaded-workflow.ts';
import type { Clock } from './clock.ts';
import { sleep, untilAborted } from './clock.ts';
import { type Flow, topFlow } from './flow.ts';
import { contextOf } from './interpreter/context-object.ts';
import type { Environment } from './interpreter/environment.ts';
import { asFailure, failureDetails } from './interpreter/failure.ts';
import { runMachine } from './interpreter/run-machine.ts';
import { mostHistoryEvents } from './limits.ts';
import type { Outbox } from './outbox.ts';
import { type Place, roleArn } from './place.ts';
import { progressDetail, progressDetailType, putEvent } from './progress-event.ts';
import type { Recorder } from './recorder.ts';
import type { RunEnd } from './run.ts';
import type { Slots } from './slots.ts';
import { statusEvent } from './status-event.ts';
import type { Turns } from './turns.ts';

/** Longest error name and cause that Step Functions keeps (aws-facts §1.2). */
const longestError = 256;
const longestCause = 32_768;

const recordOfEnd = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const satisfies Record<RunEnd['status'], string>;

/** In Step Functions' words. */
const tooManyEvents = `The execution reached the maximum number of history events (${mostHistoryEvents}).`;

/** What one execution runs with. */
export interface ExecutionOptions {
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  /** As `readingContext` made it. */
  readonly machine: AslMachine;
  readonly tasks: { readonly [state: string]: TaskCall };
  readonly slots: Slots;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly place: Place;
  readonly timeScale: number;
  readonly random: () => number;
  readonly newEventId: () => string;
  /** Aborted: stop at once, emit nothing more. */
  readonly halted: AbortSignal;
}

/** An execution under way. */
export interface Execution {
  /** Resolves when it has ended and all of it was emitted, or when it was halted. */
  readonly done: Promise<void>;
  abort(error: string | null, cause: string | null): void;
  /** Ends it as FAILED: its history has room for nothing else (Step Functions guide, quotas). */
  exhaust(): void;
}

function endOf(status: RunEnd['status'], error: string | null, cause: string | null): RunEnd {
  return {
    status,
    output: null,
    error: error?.slice(0, longestError) ?? null,
    cause: cause?.slice(0, longestCause) ?? null,
  };
}

/** Runs an execution from where its run stands: from the start, or from the top-level state it had entered last. */
export function runExecution(options: ExecutionOptions): Execution {
  const { recorder, outbox, machine, slots, turns, clock, place, timeScale, halted } = options;
  const controller = new AbortController();
  const flow = topFlow(controller.signal);
  let ending: RunEnd | null = null;
  let release = (): void => undefined;

  function stop(reason: unknown): void {
    controller.abort(reason);
  }
  function interrupt(end: RunEnd, why: string): void {
    ending ??= end;
    stop(new DOMException(why, 'AbortError'));
  }
  async function pause(around: Flow, ms: number): Promise<void> {
    // Inside Parallel and Map other lines may be working, so the slot stays taken.
    if (around.within.length > 0) return sleep(clock, ms, around.signal);
    release();
    await sleep(clock, ms, around.signal);
    release = await slots.take(around.signal);
  }
  async function emitEvent(entry: Parameters<typeof putEvent>[0]): Promise<string> {
    const eventId = options.newEventId();
    const told = { place, eventId, now: clock.now() };
    // Other entries go to a bus that has no rule for them here. A report that is not awaited may come when all is over.
    if (entry.detailType === progressDetailType && recorder.run().end === null) {
      await recorder.event(putEvent(entry, recorder.run(), told));
    }
    return eventId;
  }

  const env: Environment = {
    recorder,
    tasks: options.tasks,
    clock,
    region: place.region,
    timeScale,
    random: options.random,
    contextOf: (around, state) => contextOf(recorder.run(), place, around, state),
    async progress(report) {
      const detail = progressDetail(report, recorder.sequence(), recorder.run().redriveCount);
      if (detail === null) return;
      await emitEvent({ source: 'statuswire.task', detailType: progressDetailType, detail, resources: [] });
    },
    putEvent: emitEvent,
    async turn(around) {
      await turns.take();
      await untilAborted(recorder.room(), around.signal);
      around.signal.throwIfAborted();
    },
    pause,
  };

  async function work(): Promise<RunEnd> {
    release = await slots.take(controller.signal);
    const before = recorder.run();
    if (before.begunAt !== null) flow.previous = before.nextId - 1;
    recorder.abortOpen(flow, null);
    if (before.begunAt === null) flow.previous = recorder.begin({ roleArn: roleArn(place) });
    const begunAt = recorder.run().begunAt ?? clock.now();
    const { TimeoutSeconds } = machine;
    const cancel =
      TimeoutSeconds === undefined
        ? () => undefined
        : clock.after(leftOf(TimeoutSeconds * 1000 * timeScale, begunAt, clock.now()), () =>
            interrupt(endOf('TIMED_OUT', 'States.Timeout', null), 'the execution timed out'),
          );
    try {
      const output = await (before.position === null
        ? runMachine(env, machine, JSON.parse(before.input), flow)
        : runMachine(env, machine, before.position.input, flow, before.position.state));
      return { status: 'SUCCEEDED', output: JSON.stringify(output), error: null, cause: null };
    } finally {
      cancel();
    }
  }
  async function run(): Promise<void> {
    let end: RunEnd;
    try {
      end = await work();
    } catch (error) {
      const failure = asFailure(error);
      end = ending ?? endOf('FAILED', failure.error, failure.causeText);
    } finally {
      release();
    }
    if (halted.aborted) return;
    if (recorder.run().begunAt === null) flow.previous = recorder.begin({ roleArn: roleArn(place) });
    const last = topFlow(new AbortController().signal);
    last.previous = flow.previous;
    if (end.status === 'ABORTED' || end.status === 'TIMED_OUT') recorder.abortOpen(last, null);
    recorder.finish(
      last,
      recordOfEnd[end.status],
      end.status === 'SUCCEEDED' ? {} : failureDetails(end),
      end,
      (ended) => statusEvent(ended, { place, eventId: options.newEventId(), now: clock.now(), whole: false }),
    );
    await outbox.drained();
  }

  const onHalt = (): void => stop(halted.reason);
  halted.addEventListener('abort', onHalt, { once: true });
  return {
    done: run().finally(() => halted.removeEventListener('abort', onHalt)),
    exhaust: () => interrupt(endOf('FAILED', 'States.Runtime', tooManyEvents), tooManyEvents),
    abort: (error, cause) => interrupt(endOf('ABORTED', error, cause), 'the execution was aborted'),
  };
}

/** What is left of a wait that began before; never more than the whole, though the clock was set back meanwhile. */
const leftOf = (wholeMs: number, begunAt: number, now: number): number =>
  Math.min(wholeMs, Math.max(0, begunAt + wholeMs - now));
