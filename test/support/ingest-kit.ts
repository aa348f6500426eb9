import { ulid } from 'ulid';
import type { Update } from '../../core/contract.ts';
import type { Executions, LogKey, OnCommitted } from '../../core/ports.ts';
import { defaultRules, type WorkflowRules } from '../../core/workflow-rules.ts';
import { openStore, type Store } from '../../embedded/store/index.ts';
import { type Appender, createAppender } from '../../handlers/ingest/append.ts';
import { createIngest, type Ingest } from '../../handlers/ingest/ingest.ts';
import { createSettle } from '../../handlers/ingest/settle.ts';
import { untimed } from './sqlite-ports.ts';

export interface IngestKit {
  readonly store: Store;
  readonly appender: Appender;
  readonly ingest: Ingest;
  readonly settle: (key: LogKey) => Promise<void>;
  /** What the appender asked the timers for. */
  readonly wakes: { readonly key: LogKey; readonly at: number }[];
  /** The whole log of an execution, as a reader pages it. */
  readonly read: (key: LogKey) => Promise<readonly Update[]>;
  /** Moves the kit's clock. */
  now: number;
  readonly close: () => Promise<void>;
}

export interface IngestKitOptions {
  readonly file?: string;
  readonly rules?: { readonly [workflow: string]: Partial<WorkflowRules> };
  readonly describe?: Executions['describe'];
  readonly onCommitted?: OnCommitted;
  readonly now?: number;
}

/** The ingest over a real store, with a clock that stands still. */
export async function ingestKit(options: IngestKitOptions = {}): Promise<IngestKit> {
  const kit = { now: options.now ?? Date.parse('2026-01-01T12:10:00.000Z') };
  const now = (): number => kit.now;
  const store = openStore({ file: options.file ?? ':memory:', group: untimed, now });
  await store.start(options.onCommitted ?? (async () => undefined));
  const wakes: { key: LogKey; at: number }[] = [];
  const rulesOf = (workflow: string): WorkflowRules => ({ ...defaultRules, ...options.rules?.[workflow] });
  const newId = (): string => ulid(kit.now);
  const timers = { wake: (key: LogKey, at: number) => void wakes.push({ key, at }) };
  const appender = createAppender({ log: store.log, rulesOf, timers, now });
  const { bindings, deadLetters, log } = store;
  const describe = options.describe ?? (async () => ({ type: 'impossible', reason: 'nobody to ask' }) as const);
  return Object.assign(kit, {
    store,
    appender,
    wakes,
    ingest: createIngest({ appender, bindings, deadLetters, rulesOf, now, newId }),
    settle: createSettle({ log, appender, executions: { describe }, deadLetters, rulesOf, now, newId }),
    read: async (key: LogKey) => {
      const [head] = await log.load([key]);
      const page = head ? await log.read(key, { epoch: head.epoch, seq: 0 }, 1_000, 1 << 24) : null;
      return page?.type === 'page' ? page.updates : [];
    },
    close: () => store.close(),
  });
}
