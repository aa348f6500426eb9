import type { DeadLetters, Executions, Log, LogKey } from '../../core/ports.ts';
import type { Appender } from '../ingest/append.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { createForget, type ForgetAnswer } from './forget.ts';
import { createInTurn } from './in-turn.ts';
import { createRedrive, type RedriveAnswer } from './redrive.ts';
import { createRedriveLetter, type LetterAnswer } from './redrive-letter.ts';

/** What an operator can do to executions and dead letters of every tenant (S24). */
export interface Operations {
  readonly redrive: (key: LogKey) => Promise<RedriveAnswer>;
  readonly forget: (key: LogKey) => Promise<ForgetAnswer>;
  readonly redriveLetter: (id: string) => Promise<LetterAnswer>;
}

export interface OperationsOptions {
  readonly log: Pick<Log, 'load'>;
  readonly appender: Appender;
  readonly executions: Pick<Executions, 'describe' | 'redrive'>;
  readonly deadLetters: DeadLetters;
  readonly ingest: Ingest;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * A redrive and a forget of one execution take turns, so that one of them wins: what is being redriven is open, and what
 * is forgotten is absent. Otherwise the new attempt could begin while its log is forgotten, and would run unseen.
 */
export function createOperations(options: OperationsOptions): Operations {
  const inTurn = createInTurn();
  const redrive = createRedrive(options);
  const forget = createForget(options);
  return {
    redrive: (key) => inTurn(key, () => redrive(key)),
    forget: (key) => inTurn(key, () => forget(key)),
    redriveLetter: createRedriveLetter(options),
  };
}
