import { randomUUID } from 'node:crypto';
import type { Json } from '../../core/contract.ts';
import type { Description, Executions, LogKey, RedriveOutcome, StartOutcome } from '../../core/ports.ts';
import type { LoadedWorkflow } from '../workflows/loaded-workflow.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Execution, runExecution } from './execution.ts';
import { readingContext } from './interpreter/context-object.ts';
import { type JournalItem, openJournal, type RedriveDecision, type Writer } from './journal.ts';
import { mostDataBytes } from './limits.ts';
import { createOutbox } from './outbox.ts';
import { executionArn, localPlace, machineArn, type Place } from './place.ts';
import { createRecorder } from './recorder.ts';
import { redriven, redriveRefusal } from './redrive.ts';
import { createRoom, defaultMostBytes, weightOf } from './room.ts';
import type { Run } from './run.ts';
import { createSlots } from './slots.ts';
import { statusEvent } from './status-event.ts';
import { createTurns } from './turns.ts';

/** Step Functions keeps a closed execution's name for 90 days (Step Functions guide, quotas). */
const nameKeptMs = 90 * 24 * 3_600_000;

/** Where the runner tells what nobody asked for; pino fits. */
export interface RunnerLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface RunnerOptions {
  readonly workflows: readonly LoadedWorkflow[];
  readonly store: { readonly writer: Writer };
  /** Takes what AWS would send: an EventBridge event or a CloudWatch Logs payload. Resolves when it is durable. */
  readonly emit: (item: unknown) => Promise<void>;
  readonly clock?: Clock;
  /** Multiplies Wait, Retry and time-out durations and handlers' `sleep` (S37). Default 1. */
  readonly timeScale?: number;
  /** Executions that work at once; the others wait in order. One that waits at its top level does not count. Default 1,000. */
  readonly maxConcurrent?: number;
  /**
   * Estimated bytes of the inputs and data of executions under way; the others wait in order, in the database only.
   * Default an eighth of the heap.
   */
  readonly mostBytes?: number;
  /** Account and region in ARNs and events. Default `000000000000` and `local`. */
  readonly place?: Place;
  /** Jitter of Retry, 0 to 1. */
  readonly random?: () => number;
  readonly newEventId?: () => string;
  readonly log?: RunnerLog;
}

/** Runs executions of the loaded workflows in this process, as Step Functions would. */
export interface Runner extends Executions {
  /**
   * Goes on with what a crash, `stop` or a failed journal write left; call it before anything is started. What runs
   * already is left alone, so it may be called again. Each is loaded when its turn has come; resolves when all have theirs
   * or wait for it.
   */
  resume(): Promise<void>;
  /** Would one more with this input go on at once after a start of this process? Above the bound starts are to be refused. */
  hasRoom(input: string): boolean;
  /** Ends an execution as ABORTED. Resolves once that is durable; false when it is not running here. */
  abort(arn: string, why: { readonly error?: string; readonly cause?: string }): Promise<boolean>;
  /** Resolves when nothing runs and everything was emitted. */
  idle(): Promise<void>;
  /** Stops at once and emits nothing more, as a crash would; what runs goes on after the next start. */
  stop(): Promise<void>;
}

const silent: RunnerLog = { warn: () => undefined, error: () => undefined };

/** undefined when it is no JSON. */
function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The local runner: `start`, `describe` and `redrive` as Step Functions has them (Standard), and the same bytes to `emit` that
 * EventBridge and CloudWatch Logs would send. Everything emitted is journaled before, through the same writer that
 * commits the log, so that after a crash the same items come again and then the rest.
 */
export function createRunner(options: RunnerOptions): Runner {
  const {
    store,
    emit,
    clock = systemClock,
    timeScale = 1,
    place = localPlace,
    random = Math.random,
    log = silent,
  } = options;
  const newEventId = options.newEventId ?? randomUUID;
  const workflows = new Map(
    options.workflows.flatMap(({ name, tasks, definition }) =>
      definition === null ? [] : [[name, { tasks, machine: readingContext(definition) }] as const],
    ),
  );
  const slots = createSlots(options.maxConcurrent ?? 1_000);
  const turns = createTurns();
  const mostBytes = options.mostBytes ?? defaultMostBytes();
  const room = createRoom({
    mostBytes,
    failed: (error, arn) =>
      log.error({ err: error, arn }, 'the execution could not be loaded; it goes on after the next start'),
    given: tellIdlers,
  });
  const stopped = new AbortController();
  const writes = new Set<Promise<unknown>>();
  const live = new Map<
    string,
    {
      readonly halt: AbortController;
      readonly execution: Execution | null;
      /** It is no longer live. Never rejects. */
      readonly done: Promise<void>;
    }
  >();
  const idlers: (() => void)[] = [];
  let acknowledged = new Map<string, number>();

  const journal = openJournal({
    write(work) {
      const written = store.writer.write(work);
      const settled: Promise<unknown> = written.then(
        (): boolean => writes.delete(settled),
        (): boolean => writes.delete(settled),
      );
      writes.add(settled);
      return written;
    },
  });

  /** Many answers are forgotten by one write, some time after they came. */
  function acknowledge(arn: string, position: number): void {
    if (acknowledged.size === 0) setImmediate(sweep);
    acknowledged.set(arn, position);
  }
  function sweep(): void {
    const upTo = acknowledged;
    acknowledged = new Map();
    if (stopped.signal.aborted || upTo.size === 0) return;
    journal.acknowledge(upTo).catch((error) => log.warn({ err: error }, 'emitted items stay in the journal'));
  }

  function decideRedrive(arn: string, run: Run | null): RedriveDecision {
    const refused = (reason: string): RedriveDecision => ({ type: 'refused', reason });
    if (run === null) return refused(`ExecutionDoesNotExist: ${arn}`);
    if (!workflows.has(run.workflow)) return refused(`StateMachineDoesNotExist: "${run.workflow}" is not loaded`);
    const now = clock.now();
    const reason = redriveRefusal(run, now);
    if (reason !== null) return refused(reason);
    const next = redriven(run, now);
    return {
      type: 'redriven',
      run: next,
      event: statusEvent(next, { place, eventId: newEventId(), now, whole: false }),
    };
  }

  /** Emits what waits, then runs the rest; `runs` false where nothing is left to run. */
  function launch(run: Run, items: readonly JournalItem[], runs: boolean): void {
    const halt = new AbortController();
    const halted = halt.signal;
    const arn = run.arn;
    const outbox = createOutbox({
      emit,
      acknowledged: (position) => acknowledge(arn, position),
      failed: (error) => log.warn({ err: error, arn }, 'an item could not be emitted; it is tried again'),
      clock,
      halted,
    });
    for (const { item, position } of items) void outbox.push(JSON.parse(item), position);
    const workflow = workflows.get(run.workflow);
    let execution: Execution | null = null;
    if (runs && workflow !== undefined) {
      const recorder = createRecorder({
        run,
        position: (items.at(-1)?.position ?? 0) + 1,
        journal,
        outbox,
        clock,
        place,
        halted,
        full: () => execution?.exhaust(),
        lost(error) {
          if (halted.aborted) return;
          log.error(
            { err: error, arn },
            'the journal could not be written; the execution goes on after the next start',
          );
          halt.abort(error);
        },
      });
      const { tasks, machine } = workflow;
      execution = runExecution({
        recorder,
        outbox,
        machine,
        tasks,
        slots,
        turns,
        clock,
        place,
        timeScale,
        random,
        newEventId,
        halted,
      });
    }
    const done = (execution?.done ?? outbox.drained())
      .catch((error) => log.error({ err: error, arn }, 'the execution stopped; it goes on after the next start'))
      .finally(() => {
        live.delete(arn);
        room.leave(arn);
        tellIdlers();
      });
    live.set(arn, { halt, execution, done });
    room.enter(arn, weightOf(run.input, run.position?.input ?? parse(run.input) ?? null));
  }

  const isIdle = (): boolean => live.size === 0 && room.waiting === 0;
  function tellIdlers(): void {
    if (isIdle()) for (const idler of idlers.splice(0)) idler();
  }

  /** Its turn has come: what it works on is read now, and not before. */
  async function load(arn: string): Promise<void> {
    if (stopped.signal.aborted) return;
    const found = await journal.load(arn);
    if (found === null || stopped.signal.aborted || live.has(arn)) return;
    const { run, items } = found;
    if (run.end === null && !workflows.has(run.workflow)) log.warn({ arn }, 'cannot go on: its workflow is not loaded');
    launch(run, items, run.end === null);
  }

  return {
    async start({ workflow, id }: LogKey, input: string): Promise<StartOutcome> {
      stopped.signal.throwIfAborted();
      const refused = (reason: string): StartOutcome => ({ type: 'refused', reason });
      if (!workflows.has(workflow)) return refused(`StateMachineDoesNotExist: no workflow "${workflow}" is loaded`);
      if (!/^[0-9A-Za-z_.-]{1,80}$/.test(id)) return refused(`InvalidName: "${id}"`);
      if (Buffer.byteLength(input) > mostDataBytes) return refused('InvalidExecutionInput: over 256 KiB');
      const data = parse(input);
      if (data === undefined) return refused('InvalidExecutionInput: not JSON');
      const arn = executionArn(place, workflow, id);
      const now = clock.now();
      const run: Run = {
        ...{ arn, workflow, id, input, startDate: now, redriveCount: 0, redriveDate: null, begunAt: null },
        ...{ nextId: 1, nextSequence: 1, position: null, open: [], end: null },
      };
      const event = statusEvent(run, { place, eventId: newEventId(), now, whole: false });
      const item: JournalItem = { arn, position: 1, item: JSON.stringify(event) };
      const known = await journal.insert(run, item);
      if (known !== null && known.input !== input) {
        return refused(`ExecutionAlreadyExists: ${arn} has another input`);
      }
      if (known === null && !stopped.signal.aborted) {
        const bytes = weightOf(input, data);
        if (room.has(bytes)) launch(run, [item], true);
        else room.wait(arn, bytes, () => load(arn));
      }
      const { startDate } = known ?? run;
      return { type: 'started', executionArn: arn, machineArn: machineArn(place, workflow), startDate };
    },

    async describe(arn: string): Promise<Description> {
      const run = await journal.find(arn);
      if (run === null) return { type: 'impossible', reason: `ExecutionDoesNotExist: ${arn}` };
      const event = statusEvent(run, { place, eventId: newEventId(), now: clock.now(), whole: true });
      return { type: 'described', event: JSON.parse(JSON.stringify(event)) };
    },

    async redrive(arn: string): Promise<RedriveOutcome> {
      stopped.signal.throwIfAborted();
      const known = await journal.find(arn);
      // The end must be in the log before the next attempt begins, and what acknowledges it must be written before new
      // items come: positions are counted from 1 again once nothing waits.
      if (known?.end) await live.get(arn)?.done;
      sweep();
      const answer = await journal.redrive(arn, (run) => decideRedrive(arn, run));
      if (answer.type === 'refused') return answer;
      await live.get(arn)?.done;
      room.forget(arn);
      if (!stopped.signal.aborted) launch(answer.run, answer.items, true);
      const { redriveCount, redriveDate } = answer.run;
      return { type: 'redriven', redriveCount, redriveDate: redriveDate ?? clock.now() };
    },

    async resume(): Promise<void> {
      await journal.purge(clock.now() - nameKeptMs);
      for (const { arn, bytes } of await journal.remains()) {
        if (stopped.signal.aborted) return;
        const before = live.get(arn);
        if (before && !before.halt.signal.aborted) continue;
        // It could not be stored and is about to end: only then it can go on.
        await before?.done;
        room.wait(arn, bytes, () => load(arn));
      }
    },

    async abort(arn, { error, cause }): Promise<boolean> {
      const execution = live.get(arn)?.execution ?? null;
      if (execution === null) return false;
      execution.abort(error ?? null, cause ?? null);
      await execution.done;
      return true;
    },

    hasRoom: (input) => room.bytes + weightOf(input, parse(input) ?? null) <= mostBytes,

    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),

    async stop(): Promise<void> {
      const reason = new Error('the runner has been stopped');
      stopped.abort(reason);
      for (const { halt } of live.values()) halt.abort(reason);
      await Promise.all(writes);
    },
  };
}
