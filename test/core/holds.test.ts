import { describe, expect, it } from 'vitest';
import { expressEndMs, giveUpAfterMs } from '../../core/limits.ts';
import { expressArn, sketch, start, stateFact, statusFact, take, takeEach } from '../support/facts.ts';

const now = start + 60_000;
const byInput = { rules: { owner: { inputPath: '$.tenant' }, nesting: null } };
const running = statusFact('RUNNING');

describe('unknown owner', () => {
  const states = [stateFact('entered', 4, 'Ship'), stateFact('entered', 2, 'Pay'), stateFact('left', 3, 'Pay')];

  it('S13: shows nothing to anybody, and asks 5 s after the first held fact', () => {
    const { head, updates } = takeEach(states, byInput);
    expect(updates).toEqual([]);
    expect(head).toMatchObject({ tenant: null, seq: 0, last: null, dueAt: now + 5_000 });
    expect(head?.held.map((held) => held.reason)).toEqual(['owner', 'owner', 'owner']);
  });

  it('S13: once known, the held facts are reduced in order of position', () => {
    const held = takeEach(states, byInput);
    const { updates, head } = takeEach([statusFact('RUNNING', { tenant: 'acme' })], byInput, held.head);
    expect(sketch(updates)).toEqual(['1 RUNNING - []', '2 RUNNING Pay [Pay]', '3 RUNNING Ship [Ship]']);
    expect(updates.every((update) => update.tenant === 'acme')).toBe(true);
    expect(head).toMatchObject({ held: [], dueAt: null });
  });

  it('S13: the end that names the owner does not overtake what was held', () => {
    const held = takeEach([running, ...states], byInput);
    const { updates } = takeEach([statusFact('SUCCEEDED', { tenant: 'acme' })], byInput, held.head);
    expect(updates.map((update) => update.status)).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'SUCCEEDED']);
  });

  it('S13: is fixed per log', () => {
    const { updates } = takeEach(
      [statusFact('RUNNING', { tenant: 'acme' }), statusFact('SUCCEEDED', { tenant: 'evil' })],
      byInput,
    );
    expect(updates.map((update) => update.tenant)).toEqual(['acme', 'acme']);
  });

  it('S13: held facts that are given up leave the head', () => {
    const held = takeEach(states, byInput);
    const { head } = take([[]], { ...byInput, now: now + giveUpAfterMs, abandonUnowned: true }, held.head);
    expect(head).toMatchObject({ held: [], dueAt: null, seq: 0 });
  });

  it('keeps a repeated fact once', () => {
    expect(takeEach([running, running, running], byInput).head?.held).toHaveLength(1);
  });
});

describe('the terminal history record of a Standard run', () => {
  const record = statusFact('SUCCEEDED', { source: 'record', startDate: null, result: { type: 'omitted' } });

  it('S15: is no end by itself; it is looked at 5 s later', () => {
    const { updates, head } = takeEach([running, record]);
    expect(updates).toHaveLength(1);
    expect(head).toMatchObject({ dueAt: now + 5_000, held: [{ reason: 'record' }] });
  });

  it('S15: gives way to the status-change event', () => {
    const event = statusFact('SUCCEEDED', { result: { type: 'value', value: { total: 42 } } });
    for (const facts of [
      [running, record, event],
      [running, event, record],
    ]) {
      const { updates, head } = takeEach(facts);
      expect(updates.map((update) => update.output)).toEqual([null, { total: 42 }]);
      expect(head).toMatchObject({ held: [], dueAt: null });
    }
  });

  it('S15: counts as it is where nobody can be asked, without the output that was wanted', () => {
    const held = takeEach([running, record]);
    const { updates, head } = take([[]], { release: new Set(['record', 'output']) }, held.head);
    expect(updates[0]).toMatchObject({ status: 'SUCCEEDED', output: null, outputOmitted: true });
    expect(head?.held).toEqual([]);
  });

  it('S15: is the end of an Express run, whose only source it is', () => {
    const express = statusFact('SUCCEEDED', { source: 'record', executionArn: expressArn('one') });
    expect(takeEach([express]).updates[0]?.status).toBe('SUCCEEDED');
  });
});

describe('an output that the source left out', () => {
  const omitted = statusFact('SUCCEEDED', { result: { type: 'omitted' } });

  it('S15: is fetched before the update is appended', () => {
    const held = takeEach([running, omitted]);
    expect(held.updates).toHaveLength(1);
    expect(held.head?.dueAt).toBe(now);
    const fetched = statusFact('SUCCEEDED', { result: { type: 'value', value: 'big' } });
    const { updates, head } = takeEach([fetched], {}, held.head);
    expect(updates.map((update) => update.output)).toEqual(['big']);
    expect(head).toMatchObject({ held: [], dueAt: null });
  });

  it('S15: over 16 KiB it stays out of the update, and in the head for GET /result', () => {
    const value = 'x'.repeat(20_000);
    const { updates, head } = takeEach([statusFact('SUCCEEDED', { result: { type: 'value', value } })]);
    expect(updates[0]).toMatchObject({ output: null, outputOmitted: true });
    expect(head?.book.end?.result).toEqual({ type: 'value', value });
  });
});

describe('an Express run without an end', () => {
  it('S5: is due 15 min after its start', () => {
    const { head } = takeEach([stateFact('entered', 2, 'A', { executionArn: expressArn('one'), at: start })]);
    expect(head?.dueAt).toBe(start + expressEndMs);
  });
});
