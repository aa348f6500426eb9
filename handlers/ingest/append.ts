import type { Update } from '../../core/contract.ts';
import type { ProjectedFact } from '../../core/facts.ts';
import { forget } from '../../core/forget.ts';
import type { Head } from '../../core/head.ts';
import type { Release } from '../../core/hold.ts';
import { nameOf } from '../../core/name-of.ts';
import { isForgottenForGood } from '../../core/place.ts';
import type { Change, Log, LogKey, Timers } from '../../core/ports.ts';
import { type Outcome, reduce } from '../../core/reduce.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import { createTurns } from '../turns.ts';
import { newEpoch } from './epoch.ts';

export interface AppenderOptions {
  readonly log: Log;
  readonly rulesOf: RulesOf;
  readonly timers: Timers;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** @default 30 days (S4) */
  readonly retentionMs?: number;
  /** Told what became of facts, for metrics. */
  readonly onOutcome?: (counts: Readonly<Record<Outcome, number>>) => void;
  /** Makes open Standard executions due when nothing was heard of them for a while (G5). @default false */
  readonly lookAtOpen?: boolean;
  /** How often one execution is tried again after a conflict before the caller is told. @default 20 */
  readonly attempts?: number;
}

/** What goes with the facts. One with any of these is taken alone, the others of an execution are taken together. */
export interface AppendExtras extends Pick<Change, 'intake' | 'idempotency'> {
  /** Only if there is no such execution yet: otherwise nothing is done and the answer is `taken`. */
  readonly create?: true;
  /** Only while this holds of what is stored: otherwise nothing is done and the answer is `refused`. Asked at each try. */
  readonly onlyIf?: (head: Head | null) => boolean;
  /** Forgets the log instead of taking facts; `refused` when there is none, or it is not done (S4). */
  readonly forget?: true;
  readonly release?: Release;
  readonly abandonUnowned?: true;
  /** Told the updates that its commit appended, none included; not called where nothing had to be committed. */
  readonly onAppended?: (updates: readonly Update[]) => void;
}

export type Answer = 'ok' | 'taken' | 'refused';

/** Takes facts into the log. */
export interface Appender {
  /**
   * Resolves once the facts are durable. Facts of one execution that arrive while a commit is under way go into the next
   * one together. Rejects when they could not be committed: send them again, what was taken has no second effect.
   */
  append(key: LogKey, facts: readonly ProjectedFact[], extras?: AppendExtras): Promise<Answer>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Job {
  readonly key: LogKey;
  readonly facts: readonly ProjectedFact[];
  readonly extras: AppendExtras | undefined;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: unknown) => void;
  tries: number;
}

/** Executions taken in one round; bounds what one commit writes. */
const maxKeysPerRound = 200;

/** The one place where load → reduce → commit → retry on conflict stands, whatever the engine (S33). */
export function createAppender(options: AppenderOptions): Appender {
  let waiting: Job[] = [];
  let pump: Promise<void> | null = null;

  const append: Appender['append'] = (key, facts, extras) =>
    new Promise((done, failed) => {
      waiting.push({ key, facts, extras, done, failed, tries: 0 });
      pump ??= run();
    });

  async function run(): Promise<void> {
    // One turn of the event loop gathers what arrives together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const { round, rest } = nextRound(waiting);
      waiting = rest;
      try {
        waiting = [...(await takeRound(options, round, append)), ...waiting];
      } catch (error) {
        for (const job of round.flat()) job.failed(error);
      }
    }
    pump = null;
  }

  return { append, idle: async () => pump ?? undefined };
}

/** Jobs by execution: the plain ones at the front of its queue together, or one with extras alone. */
function nextRound(jobs: readonly Job[]): { round: readonly (readonly Job[])[]; rest: Job[] } {
  const groups = new Map<string, Job[]>();
  const closed = new Set<string>();
  const rest: Job[] = [];
  for (const job of jobs) {
    const name = nameOf(job.key);
    const group = groups.get(name);
    if (!group && groups.size < maxKeysPerRound && !closed.has(name)) groups.set(name, [job]);
    else if (group && !closed.has(name) && !job.extras && !group[0]?.extras) group.push(job);
    else {
      // What comes later must not overtake it.
      closed.add(name);
      rest.push(job);
    }
  }
  return { round: [...groups.values()], rest };
}

/** Answers the jobs that met a conflict and have to be tried again. */
async function takeRound(
  options: AppenderOptions,
  round: readonly (readonly Job[])[],
  append: Appender['append'],
): Promise<readonly Job[]> {
  const keys = round.flatMap(([first]) => (first ? [first.key] : []));
  const heads = await options.log.load(keys);
  const steps: Step[] = [];
  const pause = createTurns();
  for (const [index, jobs] of round.entries()) {
    steps.push(step(options, jobs, heads[index] ?? null));
    await pause();
  }
  const changes = steps.flatMap(({ change }) => (change ? [change] : []));
  const answers = changes.length > 0 ? await options.log.commit(changes) : [];
  const conflicts = new Set(changes.filter((_, index) => answers[index] !== 'ok'));
  const again: Job[] = [];
  for (const { jobs, change, answer } of steps) {
    if (change && conflicts.has(change)) {
      // A creation that lost a race, for the execution or for its idempotency key, is answered, not repeated.
      for (const job of jobs) if (job.extras?.create) job.done('taken');
      again.push(
        ...retryable(
          jobs.filter((job) => !job.extras?.create),
          options.attempts ?? 20,
        ),
      );
      continue;
    }
    if (change?.head.held.some((held) => held.reason === 'backlog')) void append(change.key, []).catch(() => undefined);
    if (change && change.head.dueAt !== null) options.timers.wake(change.key, change.head.dueAt);
    if (change) for (const job of jobs) job.extras?.onAppended?.(change.updates);
    for (const job of jobs) job.done(answer);
  }
  return again;
}

interface Step {
  readonly jobs: readonly Job[];
  readonly change: Change | null;
  readonly answer: Answer;
}

function step(options: AppenderOptions, jobs: readonly Job[], head: Head | null): Step {
  const [{ key, extras } = { key: { workflow: '', id: '' }, extras: undefined }] = jobs;
  const now = options.now();
  if (extras?.create && head && !isForgottenForGood(head, now)) return { jobs, change: null, answer: 'taken' };
  if (extras?.onlyIf && !extras.onlyIf(head)) return { jobs, change: null, answer: 'refused' };
  if (extras?.forget) return forgetting(key, head, now, jobs);
  const facts = jobs.flatMap((job) => job.facts);
  const reduction = reduce(key, head, facts, {
    now,
    newEpoch: (after) => newEpoch(now, after),
    rules: options.rulesOf(key.workflow),
    ...(options.retentionMs === undefined ? {} : { retentionMs: options.retentionMs }),
    ...(extras?.release ? { release: extras.release } : {}),
    ...(extras?.abandonUnowned ? { abandonUnowned: true } : {}),
    ...(options.lookAtOpen ? { lookAtOpen: true } : {}),
  });
  options.onOutcome?.(reduction.counts);
  const untouched = reduction.head === head && !extras?.intake && !extras?.idempotency;
  if (!reduction.head || untouched) return { jobs, change: null, answer: 'ok' };
  const version = head?.version ?? 0;
  return {
    jobs,
    change: {
      key,
      expectedVersion: version,
      head: reduction.head === head ? { ...head, version: version + 1 } : reduction.head,
      updates: reduction.updates,
      ...(extras?.intake ? { intake: extras.intake } : {}),
      ...(extras?.idempotency ? { idempotency: extras.idempotency } : {}),
    },
    answer: 'ok',
  };
}

function forgetting(key: LogKey, head: Head | null, now: number, jobs: readonly Job[]): Step {
  const marker = forget(head, now);
  if (!head || !marker) return { jobs, change: null, answer: 'refused' };
  return { jobs, change: { key, expectedVersion: head.version, head: marker, updates: [] }, answer: 'ok' };
}

function retryable(jobs: readonly Job[], attempts: number): readonly Job[] {
  return jobs.filter((job) => {
    job.tries += 1;
    if (job.tries < attempts) return true;
    job.failed(new Error(`${job.key.workflow}/${job.key.id}: still a conflict after ${attempts} attempts`));
    return false;
  });
}
