import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StartOutcome } from '../../../core/ports.ts';
import { createAccept } from '../../../handlers/intake/accept.ts';
import { createStart } from '../../../handlers/intake/start.ts';
import { createOperations, type Operations } from '../../../handlers/operations/operations.ts';
import { executionArn, machineArn, startDate, statusChange } from '../../support/aws-shapes.ts';
import { type IngestKit, ingestKit } from '../../support/ingest-kit.ts';

const key = { workflow: 'orders', id: 'order-1042' };
const input = JSON.stringify({ note: 'x'.repeat(100_000) });
const rulesOf = () => ({ ...kit.rules, machineArn: null, expose: {}, exposeCause: true, nesting: null });
let kit: IngestKit & { rules: { owner: { tenant: string } } };
let operations: Operations;
let outcome: StartOutcome;
let started: string[];

beforeEach(async () => {
  kit = Object.assign(await ingestKit({ rules: { owned: { owner: { inputPath: '$.tenant' } } } }), {
    rules: { owner: { tenant: 'default' } },
  });
  started = [];
  outcome = { type: 'refused', reason: 'StateMachineDeleting' };
  const { appender, ingest, store } = kit;
  const { log, deadLetters } = store;
  operations = createOperations({ log, appender, ingest, deadLetters, executions, now: () => kit.now });
});
afterEach(() => kit.close());

const executions = {
  redrive: async () => ({ type: 'refused', reason: 'unused' }) as const,
  describe: async () => ({ type: 'impossible', reason: 'unused' }) as const,
};
let made = 0;
const newId = (): string => `01JD${String(++made).padStart(22, '0')}`;

async function accept(): Promise<void> {
  const { appender, store } = kit;
  await createAccept({
    appender,
    intakes: store.intakes,
    rulesOf,
    workflowExists: () => true,
    now: () => kit.now,
    newId,
  })({ ...key, tenant: 'default', input, idempotencyKey: null, fingerprint: 'f' });
}

async function start(): Promise<void> {
  const { appender, store } = kit;
  const executions = {
    start: async (_: unknown, given: string) => {
      started.push(given);
      return outcome;
    },
  };
  const { intakes, deadLetters } = store;
  await createStart({ appender, intakes, executions, deadLetters, rulesOf, now: () => kit.now, newId })(key);
}

const letters = async () => (await kit.store.deadLetters.list(null, 50)).letters;
const letterId = async () => (await letters())[0]?.id ?? 'none';
const statuses = async () => (await kit.read(key)).map(({ status, error }) => error?.name ?? status);

describe('S5, S34: an intake letter', () => {
  beforeEach(async () => {
    await accept();
    await start();
  });

  it('is a new intake attempt with the whole input, in the same log, and is gone', async () => {
    expect(await statuses()).toEqual(['PENDING', 'Statuswire.StartFailed']);
    expect(await operations.redriveLetter(await letterId())).toEqual({ type: 'redriven', key });
    expect(await statuses()).toEqual(['PENDING', 'Statuswire.StartFailed', 'PENDING']);
    expect(await letters()).toEqual([]);
    expect(await kit.store.intakes.load(key)).toMatchObject({ input, intakeAttempt: 2, tenant: 'default' });
    outcome = {
      type: 'started',
      executionArn: executionArn('orders', key.id),
      machineArn: machineArn('orders'),
      startDate,
    };
    await start();
    expect(started).toEqual([input, input]);
    const updates = await kit.read(key);
    expect(updates.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(updates.at(-1)).toMatchObject({ status: 'RUNNING', error: null });
  });

  it('that fails again is a new letter, which can be redriven in its turn', async () => {
    for (const attempt of [2, 3]) {
      await operations.redriveLetter(await letterId());
      await start();
      expect(JSON.parse((await letters())[0]?.body ?? '{}')).toMatchObject({ intakeAttempt: attempt });
    }
    expect(await statuses()).toHaveLength(6);
  });

  it('is refused and kept when another run has taken the name meanwhile', async () => {
    await kit.ingest([statusChange()]);
    const answer = await operations.redriveLetter(await letterId());
    expect(answer).toEqual({ type: 'refused', reason: 'Another run has taken the name meanwhile.' });
    expect(await letters()).toHaveLength(1);
    expect(await kit.store.intakes.load(key)).toBeNull();
  });

  it('of two redrives at once one counts; the same letter found again after a crash is refused', async () => {
    const [letter] = await letters();
    if (!letter) throw new Error('no letter');
    const answers = await Promise.all([operations.redriveLetter(letter.id), operations.redriveLetter(letter.id)]);
    expect(answers.map(({ type }) => type).sort()).toEqual(['redriven', 'refused']);
    // As if the process had died before the letter was removed.
    await kit.store.deadLetters.add([letter]);
    expect(await operations.redriveLetter(letter.id)).toMatchObject({ reason: expect.stringContaining('already') });
    expect(await statuses()).toHaveLength(3);
  });

  it('stays when the commit fails', async () => {
    const id = await letterId();
    const { log, deadLetters } = kit.store;
    const appender = { ...kit.appender, append: () => Promise.reject(new Error('disk full')) };
    const broken = createOperations({ log, deadLetters, executions, appender, ingest: kit.ingest, now: () => kit.now });
    await expect(broken.redriveLetter(id)).rejects.toThrow('disk full');
    expect(await letterId()).toBe(id);
  });

  it('S4: goes with an execution that is forgotten, with its input', async () => {
    const id = await letterId();
    expect(await operations.forget(key)).toBe('forgotten');
    expect(await operations.redriveLetter(id)).toEqual({ type: 'absent' });
  });
});

describe('an events letter', () => {
  const stranger = () => ({
    ...statusChange({ detail: { executionArn: executionArn('orders', key.id).replace('eu-west-1', 'us-east-1') } }),
    region: 'us-east-1',
  });

  it('is taken once its reason is gone, and is gone itself', async () => {
    const { store } = kit;
    const body = JSON.stringify(statusChange());
    await store.deadLetters.add([{ id: 'A', at: 1, reason: 'then unknown', source: 'events', key: null, body }]);
    expect(await operations.redriveLetter('A')).toEqual({ type: 'redriven', key: null });
    expect(await statuses()).toEqual(['RUNNING']);
    expect(await letters()).toEqual([]);
  });

  it('that is rejected again stays, with the reason told and no second letter', async () => {
    await kit.ingest([statusChange({ id: 'other' })]);
    await kit.ingest([stranger()]);
    const answer = await operations.redriveLetter(await letterId());
    expect(answer).toMatchObject({ type: 'refused', reason: expect.stringContaining('bound to') });
    expect(await letters()).toHaveLength(1);
  });

  it('that was cut at 64 KiB cannot be tried again', async () => {
    await kit.ingest([{ source: 'x', detail: 'y'.repeat(70_000) }]);
    const answer = await operations.redriveLetter(await letterId());
    expect(answer).toMatchObject({ type: 'refused', reason: expect.stringContaining('64 KiB') });
    expect(await letters()).toHaveLength(1);
  });
});

it('S13: an owner letter puts its facts back, to be asked about again', async () => {
  const owned = { workflow: 'owned', id: 'order-1042' };
  await kit.ingest([statusChange({ workflow: 'owned', input: null })]);
  for (let tries = 0; tries < 12 && (await letters()).length === 0; tries += 1) {
    kit.now += 6 * 3_600_000;
    await kit.settle(owned);
  }
  const [head] = await kit.store.log.load([owned]);
  expect(head?.held).toEqual([]);
  expect(await operations.redriveLetter(await letterId())).toEqual({ type: 'redriven', key: owned });
  const [again] = await kit.store.log.load([owned]);
  expect(again?.held).toMatchObject([{ reason: 'owner', since: kit.now }]);
  expect(again?.dueAt).toBe(kit.now + 5_000);
  expect(await letters()).toEqual([]);
  await kit.ingest([statusChange({ workflow: 'owned', input: JSON.stringify({ tenant: 'acme' }) })]);
  expect((await kit.read(owned)).map(({ tenant }) => tenant)).toEqual(['acme']);
});

it('answers absent for a letter that is not there', async () => {
  expect(await operations.redriveLetter('none')).toEqual({ type: 'absent' });
});
