import type { Json } from '../../../core/contract.ts';
import type { AslMachine, AslState } from '../../workflows/asl.ts';
import type { TaskCall } from '../../workflows/loaded-workflow.ts';
import type { ProgressReport } from '../../workflows/task-handler.ts';
import type { Clock } from '../clock.ts';
import type { Flow } from '../flow.ts';
import type { PutEventsEntry } from '../progress-event.ts';
import type { Recorder } from '../recorder.ts';
import type { Context } from './data-flow.ts';

/** What the states of one execution run with. */
export interface Environment {
  readonly recorder: Recorder;
  readonly tasks: { readonly [state: string]: TaskCall };
  readonly clock: Clock;
  readonly region: string;
  /** Multiplies Wait, Retry and time-out durations (S37). */
  readonly timeScale: number;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  contextOf(
    flow: Flow,
    state: { readonly name: string; readonly enteredAt: number; readonly retryCount: number },
  ): Context;
  /** Resolves when the line may go on: others have had their turn, and what it told before is on its way. */
  turn(flow: Flow): Promise<void>;
  /** Emits a handler's progress report; resolves once it is durable. */
  progress(report: ProgressReport): Promise<void>;
  /** Emits an entry of `events:putEvents`; answers the event's id. */
  putEvent(entry: PutEventsEntry): Promise<string>;
  /** Waits so many milliseconds, already scaled. The execution's slot is free meanwhile where nothing else works. */
  pause(flow: Flow, ms: number): Promise<void>;
}

/** One entry of a state. */
export interface Entry {
  readonly name: string;
  readonly state: AslState;
  readonly input: Json;
  readonly flow: Flow;
  /** History id of the entry. */
  readonly id: number;
  /** Epoch milliseconds. */
  readonly enteredAt: number;
}

/** Runs a machine inside a container state. */
export type RunInner = (env: Environment, machine: AslMachine, input: Json, flow: Flow) => Promise<Json>;
