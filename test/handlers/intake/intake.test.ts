import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StartOutcome } from '../../../core/ports.ts';
import { defaultRules, type WorkflowRules } from '../../../core/workflow-rules.ts';
import { type AcceptRequest, createAccept } from '../../../handlers/intake/accept.ts';
import { createStart } from '../../../handlers/intake/start.ts';
import { executionArn, machineArn, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

const key = { workflow: 'orders', id: 'order-1042' };
const rules: { readonly [workflow: string]: WorkflowRules } = {
  orders: defaultRules,
  owned: { ...defaultRules, owner: { inputPath: '$.tenant' } },
};
const rulesOf = (workflow: string): WorkflowRules => rules[workflow] ?? defaultRules;

let kit: IngestKit;
let answer: () => Promise<StartOutcome>;
let asked: string[];
beforeEach(async () => {
  kit = await ingestKit({ rules });
  asked = [];
  answer = async () => ({
    type: 'started',
    executionArn: executionArn('orders', 'order-1042'),
    machineArn: machineArn('orders'),
    startDate: kit.now,
  });
});
afterEach(() => kit.close());

const common = () => ({
  appender: kit.appender,
  intakes: kit.store.intakes,
  rulesOf,
  now: () => kit.now,
  newId: () => ulid(kit.now),
});
const accept = (request: Partial<AcceptRequest> = {}, hasRoom: (input: string) => boolean = () => true) =>
  createAccept({ ...common(), hasRoom, workflowExists: (workflow) => workflow in rules })({
    tenant: 'acme',
    workflow: 'orders',
    id: 'order-1042',
    input: '{"total":7}',
    idempotencyKey: null,
    fingerprint: 'one',
    ...request,
  });
const start = () =>
  createStart({
    ...common(),
    deadLetters: kit.store.deadLetters,
    executions: {
      start: (_, input) => {
        asked.push(input);
        return answer();
      },
    },
  })(key);

describe('accept', () => {
  it('S34: PENDING and the input are stored together', async () => {
    expect(await accept()).toEqual({ type: 'accepted', id: 'order-1042' });
    expect(await kit.read(key)).toMatchObject([{ seq: 1, status: 'PENDING', tenant: 'acme' }]);
    expect(await kit.store.intakes.load(key)).toMatchObject({ input: '{"total":7}', tenant: 'acme', intakeAttempt: 1 });
  });

  it('S26: a taken id is told, whoever has it', async () => {
    await accept();
    expect(await accept({ tenant: 'other' })).toEqual({ type: 'taken' });
    await kit.ingest([statusChange({ id: 'seen' })]);
    expect(await accept({ id: 'seen' })).toEqual({ type: 'taken' });
  });

  it('S26: the same key and body give the same answer, another body is a mismatch', async () => {
    const first = await accept({ id: null, idempotencyKey: 'k' });
    if (first.type !== 'accepted') throw new Error(first.type);
    expect(await accept({ id: null, idempotencyKey: 'k' })).toEqual({ type: 'repeated', id: first.id });
    expect(await accept({ id: null, idempotencyKey: 'k', fingerprint: 'two' })).toEqual({ type: 'mismatch' });
    expect(await accept({ id: null, idempotencyKey: 'k', tenant: 'other' })).toMatchObject({ type: 'accepted' });
    kit.now += 24 * 60 * 60 * 1000;
    expect(await accept({ id: null, idempotencyKey: 'k', fingerprint: 'two' })).toMatchObject({ type: 'accepted' });
  });

  it('S26: of twenty at once under one key, one is accepted and all get its id', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept({ id: null, idempotencyKey: 'k' })));
    expect(answers.filter(({ type }) => type === 'accepted')).toHaveLength(1);
    expect(new Set(answers.map((one) => ('id' in one ? one.id : one.type))).size).toBe(1);
  });

  it('S13: an input that names another owner is refused, one that names none belongs to the caller', async () => {
    expect(await accept({ workflow: 'owned', input: '{"tenant":"evil"}' })).toEqual({ type: 'tenant-mismatch' });
    expect(await accept({ workflow: 'owned', input: '{"tenant":"acme"}' })).toMatchObject({ type: 'accepted' });
    expect(await accept({ workflow: 'owned', id: 'other', input: '{}' })).toMatchObject({ type: 'accepted' });
    expect(await accept({ workflow: 'nothing' })).toEqual({ type: 'unknown-workflow' });
  });

  it('G8: is refused for now while there is no room, unless it repeats what was accepted', async () => {
    const none = () => false;
    expect(await accept({ idempotencyKey: 'k' }, none)).toEqual({ type: 'busy' });
    expect(await kit.store.intakes.load(key)).toBeNull();
    expect(await accept({ idempotencyKey: 'k' })).toEqual({ type: 'accepted', id: 'order-1042' });
    expect(await accept({ idempotencyKey: 'k' }, none)).toEqual({ type: 'repeated', id: 'order-1042' });
  });
});

describe('start', () => {
  it('S5: the answer binds the log to the run, and the record is done with', async () => {
    await accept();
    await kit.ingest([statusChange({ startDate: kit.now })]);
    expect(await kit.read(key)).toHaveLength(1);
    await start();
    expect((await kit.read(key)).map(({ status, tenant }) => [status, tenant])).toEqual([
      ['PENDING', 'acme'],
      ['RUNNING', 'acme'],
    ]);
    expect(asked).toEqual(['{"total":7}']);
    await start();
    expect(asked).toHaveLength(1);
  });

  it('S34: what cannot be started shows FAILED, and a dead letter tells why and keeps the input', async () => {
    answer = async () => ({ type: 'refused', reason: 'the name is taken' });
    await accept();
    await start();
    expect((await kit.read(key)).at(-1)).toMatchObject({
      status: 'FAILED',
      done: true,
      error: { name: 'Statuswire.StartFailed', cause: null },
    });
    const { letters } = await kit.store.deadLetters.list(null, 10);
    expect(letters).toMatchObject([{ source: 'intake', reason: 'the name is taken', key }]);
    expect(JSON.parse(letters[0]?.body ?? '')).toMatchObject({ input: '{"total":7}' });
    expect(await kit.store.intakes.load(key)).toBeNull();
  });

  it('S34: passing trouble leaves the record, so that the start is tried again', async () => {
    answer = () => Promise.reject(new Error('throttled'));
    await accept();
    await expect(start()).rejects.toThrow('throttled');
    expect((await kit.store.intakes.pending(null, 10)).records).toHaveLength(1);
    expect(await kit.read(key)).toHaveLength(1);
  });
});
