import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as appsync from '../../../handlers/subscriptions/appsync/machine.ts';
import { endings } from '../../../handlers/subscriptions/endings.ts';
import type { ConnectionView, Phase, Step } from '../../../handlers/subscriptions/step.ts';
import * as transportWs from '../../../handlers/subscriptions/transport-ws/machine.ts';
import { protocolCases } from '../../support/transport-ws/cases.ts';

const limits = { operationsPerSocket: 3, connectionTimeoutMs: 300_000 };
const query = 'subscription { statusChanged(workflow: "orders") { seq } }';

/** Few ids, so that they meet; one as long as it may be, one longer. */
const id = fc.constantFrom<unknown>('1', '2', '3', '4', 'x'.repeat(128), 'x'.repeat(129), '', 7, null, '__proto__');
const payload = fc.constantFrom<unknown>(
  { authorization: 'Bearer good' },
  { AUTHORIZATION: 'good' },
  { query },
  { query: 7 },
  { data: JSON.stringify({ query }), extensions: { authorization: { 'x-api-key': 'good' } } },
  { data: '{' },
  {},
  null,
  [],
  'x',
);
const type = fc.constantFrom<unknown>(
  ...['connection_init', 'subscribe', 'start', 'complete', 'stop', 'ping', 'pong', 'next', 'nonsense', 7],
);
const data = JSON.stringify({ query });
const authorization = { 'x-api-key': 'good' };
/** What asks for an operation, by either protocol. */
const good = id.chain((operation) =>
  fc.constantFrom(
    JSON.stringify({ type: 'subscribe', id: operation, payload: { query } }),
    JSON.stringify({ type: 'start', id: operation, payload: { data, extensions: { authorization } } }),
  ),
);
const message = fc.oneof(
  { weight: 8, arbitrary: good },
  { weight: 8, arbitrary: fc.record({ type, id, payload }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
);
const event = fc.oneof(
  { weight: 8, arbitrary: message.map((text) => ({ type: 'message' as const, text })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Phase>('new', 'ready').map((phase) => ({ type: 'verified' as const, phase })),
  },
  { weight: 1, arbitrary: fc.nat(5).map((which) => ({ type: 'ended' as const, which })) },
);

const codes = new Set(Object.values(endings).map(({ code }): number => code));
const said = new Set<unknown>(['connection_ack', 'connection_error', 'pong', 'error', 'complete', 'ka', 'start_ack']);

/** What holds for any step, in any state. */
function checkStep(step: Step, view: ConnectionView): void {
  const messages = 'messages' in step ? step.messages : [];
  for (const text of messages) expect(said).toContain(JSON.parse(text).type);
  if (step.type === 'end') {
    expect(codes).toContain(step.ending.code);
    expect(Buffer.byteLength(step.ending.reason)).toBeLessThanOrEqual(123);
  }
  if (step.type === 'open') {
    expect(view.operations.map((operation) => operation.id)).not.toContain(step.asked.id);
    expect(view.operations.length).toBeLessThan(limits.operationsPerSocket);
    expect(step.asked.id.length).toBeGreaterThanOrEqual(1);
    expect(step.asked.id.length).toBeLessThanOrEqual(128);
    expect(typeof step.asked.request.query).toBe('string');
  }
}

type Receive = (text: string, view: ConnectionView) => Step;

/** Plays messages, answers of the verifier and ends of operations in any order; returns all steps. */
function play(
  receive: Receive,
  first: Phase,
  events: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[],
) {
  let view: ConnectionView = Object.freeze({ phase: first, operations: Object.freeze([]) });
  const steps: { readonly step: Step; readonly before: ConnectionView }[] = [];
  for (const one of events) {
    if (one.type === 'verified') {
      if (view.phase === 'greeting') view = { ...view, phase: one.phase };
    } else if (one.type === 'ended') {
      view = { ...view, operations: view.operations.filter((_, index) => index !== one.which) };
    } else {
      const step = receive(one.text, view);
      // Whoever asks again hears the same: nothing was done yet.
      expect(receive(one.text, view)).toEqual(step);
      checkStep(step, view);
      steps.push({ step, before: view });
      if (step.type === 'end') break;
      if (step.type === 'greet') view = { ...view, phase: 'greeting' };
      if (step.type === 'open') view = { ...view, operations: [...view.operations, { id: step.asked.id }] };
      if (step.type === 'stop')
        view = { ...view, operations: view.operations.filter((operation) => operation.id !== step.id) };
    }
  }
  return steps;
}

describe('the machine of graphql-transport-ws', () => {
  const receive: Receive = (text, view) => transportWs.receive(text, view, limits);

  it('G10: whatever comes in whatever order, keeps the order of greeting and operations', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        for (const { step, before } of play(receive, 'new', events)) {
          if (step.type === 'greet') expect(before.phase).toBe('new');
          if (step.type === 'open') expect(before.phase).toBe('ready');
          if (step.type === 'open') expect(step.asked.credential).toBeNull();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('knows one way to say no to a stage: every case of the table is one step of it', () => {
    for (const { at, send, outcome, name } of protocolCases) {
      const operations = at === 'watching' ? [{ id: 'taken' }] : [];
      const step = receive(String(send), { phase: at === 'new' ? 'new' : 'ready', operations });
      if (step.type === 'end') expect({ name, ending: outcome.closes }).toEqual({ name, ending: step.ending });
      else if (step.type !== 'greet') expect({ name, ending: outcome.closes }).toEqual({ name, ending: undefined });
    }
  });

  it('G8: refuses one operation more than a connection may have', () => {
    const operations = ['a', 'b', 'c'].map((operation) => ({ id: operation }));
    const step = receive(JSON.stringify({ type: 'subscribe', id: 'd', payload: { query } }), {
      phase: 'ready',
      operations,
    });
    if (step.type !== 'say') throw new Error('an error was wanted');
    expect(step.messages.map((text) => JSON.parse(text))).toMatchObject([
      { id: 'd', type: 'error', payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }] },
    ]);
  });

  it('ends a connection whose init does not come in time, and no other', () => {
    expect(transportWs.initTimedOut({ phase: 'new' })).toMatchObject({ type: 'end', ending: { code: 4408 } });
    for (const phase of ['greeting', 'ready'] as const)
      expect(transportWs.initTimedOut({ phase })).toEqual({ type: 'nothing' });
  });

  it.each([
    ['refused', 4403],
    ['full', 1013],
    ['unavailable', 1013],
  ] as const)('S30: ends one whose credentials are %s with %i', (came, code) => {
    expect(transportWs.greeted(came)).toMatchObject({ type: 'end', messages: [], ending: { code } });
  });
});

describe('the machine of AppSync’s protocol', () => {
  const receive: Receive = (text, view) => appsync.receive(text, view, limits);

  it('G10: whatever comes in whatever order, keeps the order of operations, each with credentials of its own', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        for (const { step } of play(receive, 'ready', events)) {
          expect(step.type).not.toBe('greet');
          if (step.type === 'open') expect(step.asked.credential).not.toBeNull();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['malformed', 4400, 400],
    ['missing', 4403, 401],
    ['refused', 4403, 401],
    ['full', 1013, 429],
    ['unavailable', 1013, 503],
  ] as const)('says why, and ends one whose credentials are %s with %i', (came, code, errorCode) => {
    const step = appsync.greeted(came);
    if (step.type !== 'end') throw new Error('an end was wanted');
    expect(step.ending.code).toBe(code);
    expect(step.messages.map((text) => JSON.parse(text))).toMatchObject([
      { type: 'connection_error', payload: { errors: [{ errorCode }] } },
    ]);
  });
});
