import type { Executions, Log, LogKey } from '../../core/ports.ts';
import { parseEventBridge } from '../../core/sources/event-bridge.ts';
import type { Appender } from '../ingest/append.ts';
import { loadShown } from '../read/visible.ts';

export interface ForgetOptions {
  readonly log: Pick<Log, 'load'>;
  readonly appender: Appender;
  readonly executions: Pick<Executions, 'describe'>;
  readonly now: () => number;
}

/** `open`: it is not done, and would go on to tell. */
export type ForgetAnswer = 'forgotten' | 'absent' | 'open';

/**
 * Forgets an execution (S4): from the commit on it is absent for everybody, its later facts are dropped, and its name
 * stays taken for 90 days. One that has been redriven is open, also where its log does not know yet (a crash between
 * the two): it would run unseen. Rejects when that could not be committed.
 */
export function createForget({ log, appender, executions, now }: ForgetOptions) {
  return async (key: LogKey): Promise<ForgetAnswer> => {
    const head = await loadShown(log, key, now());
    if (!head) return 'absent';
    if (head.run && !head.run.express && (await isUnderWay(executions, head.run.executionArn))) return 'open';
    const answer = await appender.append(key, [], { forget: true });
    if (answer === 'ok') return 'forgotten';
    // Another request may have forgotten it between the two looks.
    return (await loadShown(log, key, now())) ? 'open' : 'absent';
  };
}

/** What nobody can describe is as its log says. */
async function isUnderWay(executions: Pick<Executions, 'describe'>, executionArn: string): Promise<boolean> {
  const description = await executions.describe(executionArn);
  if (description.type === 'impossible') return false;
  const parsed = parseEventBridge(description.event);
  return parsed.type === 'facts' && parsed.facts.some((fact) => fact.type === 'status' && fact.status === 'RUNNING');
}
