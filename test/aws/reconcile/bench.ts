import { readWorkflows, type WorkflowsFile } from '../../../aws/lambda/workflows.ts';
import { createExecutions } from '../../../aws/step-functions/executions.ts';
import { createListExecutions } from '../../../aws/step-functions/list-executions.ts';
import type { Update } from '../../../core/contract.ts';
import type { Head } from '../../../core/head.ts';
import type { LogKey } from '../../../core/ports.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { type Appender, createAppender } from '../../../handlers/ingest/append.ts';
import { createIngest, type Ingest } from '../../../handlers/ingest/ingest.ts';
import { createSettle } from '../../../handlers/ingest/settle.ts';
import { createDueHeads } from '../../../handlers/reconcile/due-heads.ts';
import { createListing } from '../../../handlers/reconcile/listing.ts';
import { type Chore, createReconcile, type ReconcileLimits } from '../../../handlers/reconcile/reconcile.ts';
import { createTakeIn } from '../../../handlers/reconcile/take-in.ts';
import { untimed } from '../../support/sqlite-ports.ts';
import { type FakeSfn, fakeSfn, place } from '../step-functions/fake-sfn.ts';

export const minute = 60_000;
export const hour = 60 * minute;

export interface Bench {
  readonly sfn: FakeSfn;
  readonly store: Store;
  readonly appender: Appender;
  readonly ingest: Ingest;
  /** One run of the reconciler. */
  readonly run: () => Promise<void>;
  /** Moves the clock of everybody. */
  readonly pass: (ms: number) => void;
  readonly now: () => number;
  readonly repairs: () => number;
  readonly troubles: string[];
  readonly marks: Map<string, string>;
  readonly head: (id: string) => Promise<Head | null>;
  readonly read: (id: string) => Promise<readonly Update[]>;
  /** How often Step Functions was asked so since the last time. */
  readonly asked: (command: string) => number;
  readonly close: () => Promise<void>;
}

export interface BenchOptions {
  readonly file?: WorkflowsFile;
  readonly limits?: Partial<ReconcileLimits>;
  readonly chores?: readonly Chore[];
  readonly pageSize?: number;
  /** Milliseconds before the beginning that the deployment was made. Default 0. */
  readonly sinceBefore?: number;
}

const key = (id: string): LogKey => ({ workflow: 'orders', id });

/** The reconciler over a real store and a Step Functions that tells the truth, with one clock that stands still. */
export function openBench(options: BenchOptions = {}): Bench {
  const sfn = fakeSfn();
  const now = (): number => sfn.now;
  const workflows = readWorkflows(options.file ?? { orders: { config: { expose: { total: '$.total' } } } }, place);
  const store = openStore({ file: ':memory:', group: untimed, now });
  const started = store.start(async () => undefined);
  const { log, bindings, deadLetters } = store;
  const { rulesOf } = workflows;
  let ids = 0;
  const newId = (): string => `id-${ids++}`;
  const since = now() - (options.sinceBefore ?? 0);
  const appender = createAppender({ log, rulesOf, timers: { wake: () => undefined }, now, lookAtOpen: true });
  const executions = createExecutions({ client: sfn.client, workflows, place, now, newId });
  const troubles: string[] = [];
  const marks = new Map<string, string>();
  let repairs = 0;
  const onRepair = (): void => {
    repairs += 1;
  };
  const onError = (error: unknown): void => void troubles.push(String(error));
  const settle = createSettle({
    ...{ log, appender, executions, deadLetters, rulesOf, now, newId },
    onLost: onRepair,
  });
  const reconcile = createReconcile({
    dueHeads: createDueHeads({ log, settle, now, onError }),
    listing: createListing({
      list: createListExecutions(sfn.client),
      takeIn: createTakeIn({ log, appender, executions, rulesOf, since, now, onRepair, onError }),
      marks: {
        get: async (name) => marks.get(name) ?? null,
        put: async (name, text) => void marks.set(name, text),
      },
      since,
      now,
      ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
    }),
    machines: [...workflows.standard.values()],
    chores: options.chores ?? [],
    now,
    onTrouble: (chore, error) => void troubles.push(`${chore}: ${error}`),
    ...(options.limits ? { limits: options.limits } : {}),
  });
  return {
    sfn,
    store,
    appender,
    ingest: createIngest({ appender, bindings, deadLetters, rulesOf, now, newId }),
    run: async () => {
      await started;
      await reconcile(now() + minute);
    },
    pass(ms) {
      sfn.now += ms;
    },
    now,
    repairs: () => repairs,
    troubles,
    marks,
    head: async (id) => (await log.load([key(id)]))[0] ?? null,
    async read(id) {
      const [head] = await log.load([key(id)]);
      const page = head ? await log.read(key(id), { epoch: head.epoch, seq: 0 }, 1_000, 1 << 24) : null;
      return page?.type === 'page' ? page.updates : [];
    },
    asked(command) {
      const count = sfn.calls.filter(({ name }) => name === `${command}Command`).length;
      sfn.calls.length = 0;
      return count;
    },
    close: () => store.close(),
  };
}
