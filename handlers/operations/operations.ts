import type { DeadLetters, Executions, Log, LogKey } from '../../core/ports.ts';
import type { Appender } from '../ingest/append.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { createForget, type ForgetAnswer } from './forget.ts';
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
  readonly executions: Pick<Executions, 'redrive'>;
  readonly deadLetters: DeadLetters;
  readonly ingest: Ingest;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createOperations(options: OperationsOptions): Operations {
  return {
    redrive: createRedrive(options),
    forget: createForget(options),
    redriveLetter: createRedriveLetter(options),
  };
}
