import { describe, expect, it } from 'vitest';
import { forget } from '../../core/forget.ts';
import type { Head } from '../../core/head.ts';
import { markerMs } from '../../core/limits.ts';
import { reduce } from '../../core/reduce.ts';
import { defaultRules } from '../../core/workflow-rules.ts';
import { intakeFact, key, statusFact } from '../support/facts.ts';

const now = Date.parse('2026-01-01T13:00:00.000Z');
const context = { now, newEpoch: () => '01JD0000000000000000000001', rules: defaultRules };
const take = (head: Head | null, ...facts: Parameters<typeof reduce>[2]) => reduce(key, head, facts, context);

function ended(): Head {
  const { head } = take(null, statusFact('RUNNING'), statusFact('SUCCEEDED'));
  if (!head) throw new Error('no head');
  return head;
}

describe('S4: forget', () => {
  it('leaves the run, where the log stood, and until when its name is taken; nothing of what happened', () => {
    const head = ended();
    const marker = forget(head, now);
    expect(marker).toMatchObject({ epoch: head.epoch, seq: head.seq, run: head.run, goneUntil: now + markerMs });
    expect(marker).toMatchObject({ version: head.version + 1, last: null, expiresAt: null, dueAt: null, held: [] });
    expect(marker?.book.end).toBeNull();
  });

  it('forgets nothing that is open, absent or gone already', () => {
    expect(forget(take(null, statusFact('RUNNING')).head, now)).toBeNull();
    expect(forget(null, now)).toBeNull();
    expect(forget(forget(ended(), now), now)).toBeNull();
    expect(forget({ ...ended(), expiresAt: now }, now)).toBeNull();
  });

  it('later facts of the run are dropped, also a redrive; a later run begins a new log', () => {
    const marker = forget(ended(), now);
    const late = [statusFact('FAILED'), statusFact('RUNNING', { redriveCount: 1, at: now }), statusFact('RUNNING')];
    for (const fact of late)
      expect(take(marker, fact)).toMatchObject({ head: marker, updates: [], counts: { gone: 1 } });
    const later = take(marker, statusFact('RUNNING', { startDate: now - 1_000, at: now - 1_000 }));
    expect(later.updates).toHaveLength(1);
  });

  it('a start that was refused: the run that holds its name still gets a log of its own', () => {
    const { head } = take(null, intakeFact('PENDING'), intakeFact('FAILED', { reason: 'secret' }));
    const marker = forget(head, now);
    expect(JSON.stringify(marker)).not.toContain('secret');
    expect(take(marker, intakeFact('PENDING', { intakeAttempt: 2 })).counts.gone).toBe(1);
    expect(take(marker, statusFact('RUNNING', { startDate: now, at: now })).updates).toHaveLength(1);
  });
});
