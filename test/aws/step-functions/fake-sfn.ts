import type { SFNClient } from '@aws-sdk/client-sfn';

/** An execution as Step Functions itself knows it: the truth. */
export interface TrueExecution {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startDate: number;
  status: string;
  stopDate: number | null;
  output: string | null;
  error: string | null;
  redriveCount: number;
  redriveDate: number | null;
}

export interface FakeSfn {
  readonly client: Pick<SFNClient, 'send'>;
  readonly executions: Map<string, TrueExecution>;
  /** Every command that came, as `Name input`. */
  readonly calls: { readonly name: string; readonly input: Record<string, unknown> }[];
  /** Puts an execution there without StartExecution. */
  put(workflow: string, name: string, more?: Partial<TrueExecution>): TrueExecution;
  /** Names an error to answer a command with; null: carries it out. Replaceable. */
  fault: (name: string, input: Record<string, unknown>) => string | null;
  now: number;
}

export const place = 'arn:aws:states:eu-west-1:111122223333';
const started = Date.parse('2026-01-01T12:00:00.123Z');

export function fakeSfn(now = started): FakeSfn {
  const executions = new Map<string, TrueExecution>();
  const calls: FakeSfn['calls'] = [];

  const answers: Record<string, (input: Record<string, unknown>) => unknown> = {
    StartExecutionCommand({ stateMachineArn, name, input }) {
      const known = executions.get(`${String(stateMachineArn).replace(':stateMachine:', ':execution:')}:${name}`);
      // Idempotent while it runs with the same input; afterwards the name is taken (API reference).
      if (known && (known.status !== 'RUNNING' || known.input !== input)) throw named('ExecutionAlreadyExists');
      const workflow = String(stateMachineArn).split(':').at(-1) ?? '';
      const found = known ?? fake.put(workflow, String(name), { input: String(input), startDate: fake.now });
      return { executionArn: found.arn, startDate: new Date(found.startDate) };
    },
    DescribeExecutionCommand({ executionArn, includedData }) {
      const found = find(executionArn);
      const whole = includedData !== 'METADATA_ONLY';
      return {
        executionArn: found.arn,
        stateMachineArn: found.machineArn,
        name: found.name,
        status: found.status,
        startDate: new Date(found.startDate),
        ...(found.stopDate === null ? {} : { stopDate: new Date(found.stopDate) }),
        ...(whole ? { input: found.input, inputDetails: { included: true } } : {}),
        ...(whole && found.output !== null ? { output: found.output, outputDetails: { included: true } } : {}),
        ...(found.error === null ? {} : { error: found.error, cause: 'it broke' }),
        redriveCount: found.redriveCount,
        ...(found.redriveDate === null ? {} : { redriveDate: new Date(found.redriveDate) }),
      };
    },
    RedriveExecutionCommand({ executionArn }) {
      const found = find(executionArn);
      if (!['FAILED', 'TIMED_OUT', 'ABORTED'].includes(found.status)) throw named('ExecutionNotRedrivable');
      redrive(found, fake.now);
      return { redriveDate: new Date(fake.now) };
    },
    ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults, nextToken }) {
      const all = [...executions.values()]
        .filter((one) => one.machineArn === stateMachineArn && (!statusFilter || one.status === statusFilter))
        .sort((a, b) => b.startDate - a.startDate || (a.arn < b.arn ? -1 : 1));
      const from = Number(nextToken ?? 0);
      const page = all.slice(from, from + Number(maxResults));
      return {
        executions: page.map((one) => ({
          executionArn: one.arn,
          status: one.status,
          startDate: new Date(one.startDate),
          ...(one.stopDate === null ? {} : { stopDate: new Date(one.stopDate) }),
          redriveCount: one.redriveCount,
        })),
        ...(from + page.length < all.length ? { nextToken: String(from + page.length) } : {}),
      };
    },
  };

  function find(arn: unknown): TrueExecution {
    const found = executions.get(String(arn));
    if (!found) throw named('ExecutionDoesNotExist');
    return found;
  }

  const fake: FakeSfn = {
    executions,
    calls,
    fault: () => null,
    now,
    put(workflow, name, more = {}) {
      const machineArn = `${place}:stateMachine:${workflow}`;
      const arn = `${place}:execution:${workflow}:${name}`;
      const execution: TrueExecution = {
        ...{ arn, machineArn, name, input: '{}', startDate: fake.now, status: 'RUNNING' },
        ...{ stopDate: null, output: null, error: null, redriveCount: 0, redriveDate: null, ...more },
      };
      executions.set(arn, execution);
      return execution;
    },
    client: {
      send: (async (command: { input: Record<string, unknown>; constructor: { name: string } }) => {
        const { name } = command.constructor;
        calls.push({ name, input: command.input });
        const fault = fake.fault(name, command.input);
        if (fault) throw named(fault);
        const answer = answers[name];
        if (!answer) throw new Error(`${name} is not faked`);
        return answer(command.input);
      }) as never,
    },
  };
  return fake;
}

/** As the next attempt begins. */
export function redrive(execution: TrueExecution, at: number): void {
  Object.assign(execution, { status: 'RUNNING', stopDate: null, output: null, error: null, redriveDate: at });
  execution.redriveCount += 1;
}

export function end(execution: TrueExecution, status: string, at: number): void {
  Object.assign(execution, { status, stopDate: at });
  if (status === 'SUCCEEDED') execution.output = '{"total":7}';
  else execution.error = 'Broken';
}

export const named = (name: string): Error => Object.assign(new Error(`injected ${name}`), { name });
