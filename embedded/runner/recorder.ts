import type { Json } from '../../core/contract.ts';
import type { StateType } from '../workflows/asl.ts';
import type { Clock } from './clock.ts';
import type { Flow } from './flow.ts';
import { type HistoryDetails, type HistoryRecord, logsPayload } from './history.ts';
import type { Journal } from './journal.ts';
import { mostHistoryEvents } from './limits.ts';
import type { Outbox } from './outbox.ts';
import type { Place } from './place.ts';
import type { OpenState, Run, RunEnd } from './run.ts';

/** Writes an execution's history and everything else it emits, in order, and keeps where the run stands. */
export interface Recorder {
  /** Where the run stands now. */
  run(): Run;
  /**
   * The attempt begins to work: `ExecutionStarted`, or `ExecutionRedriven`. Answers what the next record names as its
   * predecessor.
   */
  begin(details: HistoryDetails): number;
  /** Adds a record of this line and answers its history id. Throws the signal's reason once the line was aborted. */
  record(flow: Flow, type: string, details: HistoryDetails): number;
  entered(flow: Flow, name: string, type: StateType, input: Json): number;
  exited(flow: Flow, entry: number, name: string, type: StateType): void;
  /** Records `*StateAborted` for what is open, innermost first; with `container`, only for what is inside it (S8). */
  abortOpen(flow: Flow, container: number | null): void;
  /** Resolves when few enough of its items wait to be emitted that it may make more. */
  room(): Promise<void>;
  /** Emits an event of the run, after what was recorded before. Resolves once it is durable. */
  event(item: object): Promise<void>;
  /** The next `sequence` of a progress report. */
  sequence(): number;
  /** The last record and the terminal event, together: there is no half an end. */
  finish(flow: Flow, type: string, details: HistoryDetails, end: RunEnd, terminal: (run: Run) => object): void;
}

/** What a Recorder writes to. */
export interface RecorderOptions {
  readonly run: Run;
  /** Position of the first item it makes. */
  readonly position: number;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly place: Place;
  readonly halted: AbortSignal;
  /** The journal could not be written: the execution must stop, and goes on after the next start. */
  readonly lost: (error: unknown) => void;
  /** The history has room for the end only: every line must be aborted. */
  readonly full: () => void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { journal, outbox, clock, place, halted, lost, full } = options;
  let run = options.run;
  let nextPosition = options.position;
  let buffer: HistoryRecord[] = [];
  let flushing: NodeJS.Immediate | null = null;
  const open = new Map<number, OpenState>(run.open.map((state) => [state.entered, state]));

  /** Journal first, then the outbox: the writer keeps call order, so the journal is never behind the log. */
  function push(items: readonly object[]): Promise<void> {
    if (halted.aborted) return Promise.resolve();
    run = { ...run, open: [...open.values()] };
    const rows = items.map((item) => ({ arn: run.arn, position: nextPosition++, item: JSON.stringify(item) }));
    journal.append(run, rows).catch(lost);
    let emitted = Promise.resolve();
    for (const [index, item] of items.entries()) emitted = outbox.push(item, rows[index]?.position ?? 0);
    return emitted;
  }
  function takeBuffered(): readonly object[] {
    if (flushing !== null) clearImmediate(flushing);
    flushing = null;
    const records = buffer;
    buffer = [];
    return records.length === 0 ? [] : [logsPayload(records, { place, workflow: run.workflow })];
  }
  function add(type: string, details: HistoryDetails, previous: number): number {
    const id = run.nextId;
    run = { ...run, nextId: id + 1 };
    buffer.push({
      id: String(id),
      type,
      details,
      previous_event_id: String(previous),
      event_timestamp: String(clock.now()),
      execution_arn: run.arn,
      redrive_count: String(run.redriveCount),
    });
    // What happens in one tick goes in one payload.
    flushing ??= setImmediate(() => void push(takeBuffered()));
    return id;
  }
  /** The last event of a history is its end. */
  const hasRoom = (): boolean => run.nextId < mostHistoryEvents;
  function record(flow: Flow, type: string, details: HistoryDetails): number {
    flow.signal.throwIfAborted();
    if (!hasRoom()) {
      full();
      flow.signal.throwIfAborted();
    }
    flow.previous = add(type, details, flow.previous);
    return flow.previous;
  }

  return {
    run: () => run,
    begin(details) {
      run = { ...run, begunAt: clock.now() };
      if (run.redriveCount > 0) {
        return add('ExecutionRedriven', { redriveCount: String(run.redriveCount) }, run.nextId - 1);
      }
      // AWS gives the first state's entry no predecessor either (aws-facts §2.1).
      add('ExecutionStarted', details, 0);
      return 0;
    },
    record,
    entered(flow, name, type, input) {
      const entered = record(flow, `${type}StateEntered`, { name });
      // A Fail state is never active (S8), and there is no FailStateExited.
      if (type !== 'Fail') open.set(entered, { name, type, entered, within: flow.within });
      if (flow.within.length === 0) run = { ...run, position: { state: name, input } };
      return entered;
    },
    exited(flow, entry, name, type) {
      record(flow, `${type}StateExited`, { name });
      open.delete(entry);
    },
    abortOpen(flow, container) {
      for (const state of [...open.values()].reverse()) {
        if (container !== null && !state.within.includes(container)) continue;
        open.delete(state.entered);
        // What is not told is over all the same, once the end is.
        if (hasRoom()) record(flow, `${state.type}StateAborted`, { name: state.name });
      }
    },
    room: () => outbox.room(),
    event: (item) => push([...takeBuffered(), item]),
    sequence() {
      const sequence = run.nextSequence;
      run = { ...run, nextSequence: sequence + 1 };
      return sequence;
    },
    finish(flow, type, details, end, terminal) {
      add(type, details, flow.previous);
      open.clear();
      run = { ...run, end: { ...end, stopDate: clock.now() } };
      void push([...takeBuffered(), terminal(run)]);
    },
  };
}
