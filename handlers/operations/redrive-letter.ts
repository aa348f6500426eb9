import type { IntakeFact, ProjectedFact } from '../../core/facts.ts';
import type { Head } from '../../core/head.ts';
import { isForgottenForGood, isGone } from '../../core/place.ts';
import type { DeadLetter, DeadLetters, IntakeRecord, LogKey } from '../../core/ports.ts';
import type { Appender } from '../ingest/append.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { isCut } from '../ingest/letter-body.ts';

export interface RedriveLetterOptions {
  readonly deadLetters: Pick<DeadLetters, 'get' | 'remove'>;
  readonly appender: Appender;
  readonly ingest: Ingest;
  readonly now: () => number;
}

export type LetterAnswer =
  | { readonly type: 'redriven'; readonly key: LogKey | null }
  | { readonly type: 'absent' }
  /** The letter stays. */
  | { readonly type: 'refused'; readonly reason: string };

/**
 * Tries once more what became a dead letter. The letter is removed only after that is committed, so a crash leaves it
 * to be tried, or deleted, again. Rejects on passing trouble.
 */
export function createRedriveLetter({ deadLetters, appender, ingest, now }: RedriveLetterOptions) {
  async function reasonAgainst(letter: DeadLetter): Promise<string | null> {
    if (letter.source === 'intake') return startAgain(JSON.parse(letter.body) as IntakeRecord);
    if (letter.source === 'owner') return takeAgain(letter.key, JSON.parse(letter.body) as readonly ProjectedFact[]);
    if (isCut(letter))
      return 'The event was longer than the 64 KiB that are kept of it: send it again from its source.';
    const { rejected } = await ingest([JSON.parse(letter.body)], { letters: false });
    return rejected[0]?.reason ?? null;
  }

  /** A new intake attempt of the same log, with the whole record (S5, S34). */
  async function startAgain(record: IntakeRecord): Promise<string | null> {
    const { workflow, id, tenant } = record;
    const at = now();
    const intakeAttempt = record.intakeAttempt + 1;
    const fact: IntakeFact = {
      type: 'intake',
      workflow,
      id,
      machineArn: null,
      executionArn: null,
      startDate: null,
      at,
      intakeAttempt,
      status: 'PENDING',
      reason: null,
      tenant,
    };
    let reason: string | null = null;
    await appender.append({ workflow, id }, [fact], {
      onlyIf: (head) => {
        reason = whyNotStarted(head, record.intakeAttempt, now());
        return reason === null;
      },
      intake: { put: { ...record, intakeAttempt, acceptedAt: at } },
    });
    return reason;
  }

  /** What waited for an owner waits once more, and is asked about as if it had just come (S13). */
  async function takeAgain(key: LogKey | null, facts: readonly ProjectedFact[]): Promise<string | null> {
    if (!key) return 'The letter does not say which execution it is about.';
    const answer = await appender.append(key, facts, { onlyIf: (head) => head !== null && !isGone(head, now()) });
    return answer === 'ok' ? null : 'The execution is no longer kept.';
  }

  return async (id: string): Promise<LetterAnswer> => {
    const letter = await deadLetters.get(id);
    if (!letter) return { type: 'absent' };
    const reason = await reasonAgainst(letter);
    if (reason !== null) return { type: 'refused', reason };
    await deadLetters.remove(id);
    return { type: 'redriven', key: letter.key };
  };
}

/** Only the intake attempt that failed last may be followed by another, and only while no run has its name. */
function whyNotStarted(head: Head | null, failedAttempt: number, now: number): string | null {
  if (head === null || isForgottenForGood(head, now)) return null;
  if (isGone(head, now)) return 'The execution has been forgotten or has expired; its name is still taken.';
  if (head.run !== null) return 'Another run has taken the name meanwhile.';
  const { intake } = head.book;
  if (!intake || intake.attempt !== failedAttempt) return 'Its start has been tried again already.';
  return intake.failure === null ? 'Its start is still under way.' : null;
}
