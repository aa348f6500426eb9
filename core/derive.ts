import type { Status, StatusError, Update } from './contract.ts';
import type { Book, Run } from './head.ts';
import { inlineOutput } from './projection.ts';
import type { WorkflowRules } from './workflow-rules.ts';

/** Error name of an execution that the intake could not start (S5). */
export const startFailed = 'Statuswire.StartFailed';
/** Error name of an Express run whose end never came (S5). */
export const endUnknown = 'Statuswire.EndUnknown';

/** What an update tells about the execution; where and when stands beside it. */
export type View = Pick<
  Update,
  | 'status'
  | 'done'
  | 'state'
  | 'activeStates'
  | 'progress'
  | 'output'
  | 'outputOmitted'
  | 'error'
  | 'redriveCount'
  | 'startedAt'
  | 'stoppedAt'
>;

/** The whole visible state; a function of the book alone, so that the order of facts cannot matter. */
export function derive(book: Book, run: Run | null, nesting: WorkflowRules['nesting']): View {
  const status = statusOf(book);
  const stopped = book.attempt === null ? book.intake?.failure?.at : book.end?.at;
  return {
    status,
    done: isTerminal(status),
    state: book.state?.name ?? null,
    activeStates: status === 'RUNNING' ? activeStates(book, nesting) : [],
    progress: book.progress?.value ?? null,
    ...(status === 'SUCCEEDED' && book.end ? inlineOutput(book.end.result) : { output: null, outputOmitted: false }),
    error: errorOf(book),
    redriveCount: book.attempt ?? 0,
    startedAt: iso(run?.startDate),
    stoppedAt: iso(stopped),
  };
}

export const isTerminal = (status: Status): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED';

const iso = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString();

function statusOf(book: Book): Status {
  if (book.attempt === null) return book.intake?.failure ? 'FAILED' : 'PENDING';
  if (book.pendingRedriveAt !== null) return 'PENDING_REDRIVE';
  return book.end?.status ?? 'RUNNING';
}

function errorOf(book: Book): StatusError | null {
  if (book.attempt !== null) return book.end?.error ?? null;
  return book.intake?.failure ? { name: startFailed, cause: book.intake.failure.reason } : null;
}

/** Is a Parallel or Map state active, as far as entered and left ids tell? */
export const hasActiveContainer = (book: Book): boolean =>
  book.containers.some((container) => (book.net[container] ?? 0) > 0);

/** S8. Without an active container states follow one another, so the one entered last stands for the step. */
function activeStates(book: Book, nesting: WorkflowRules['nesting']): readonly string[] {
  const live = new Set(Object.keys(book.net).filter((state) => (book.net[state] ?? 0) > 0));
  const counts = (state: string): boolean =>
    (nesting && Object.hasOwn(nesting, state) ? (nesting[state] ?? []) : []).every((around) => live.has(around));
  const active = [...live].filter(counts).sort();
  if (active.some((state) => book.containers.includes(state))) return active;
  return book.state ? [book.state.name] : [];
}
