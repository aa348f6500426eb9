import { ulid } from 'ulid';
import type { Keys } from '../../core/ports.ts';
import { isUnavailable } from '../../core/unavailable.ts';
import { defaultRules, type RulesOf } from '../../core/workflow-rules.ts';
import { isFirstKeyRevoked, withFirstKey } from '../../handlers/authorize/first-key.ts';
import { createOidcTokens, type OidcTokens } from '../../handlers/authorize/oidc-tokens.ts';
import { createVerifier, type Verifier } from '../../handlers/authorize/verifier.ts';
import { localPlace, machineArn } from '../runner/place.ts';
import { openStore, type Store } from '../store/index.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { loadWorkflows } from '../workflows/load-workflows.ts';
import type { LoadedWorkflows } from '../workflows/loaded-workflow.ts';
import type { ServiceOptions } from './options.ts';
import { boundsOf } from './retention.ts';
import { forgetRun } from './runner-rows.ts';
import { type DataFolder, type FirstKey, openDataFolder, readFirstKey, refuseTakenId } from './secrets.ts';

/** What every part of the service stands on. */
export interface Foundation {
  readonly options: ServiceOptions;
  readonly folder: DataFolder;
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly loaded: LoadedWorkflows;
  readonly rulesOf: RulesOf;
  /** Names of the workflows that this process may run. */
  readonly startable: ReadonlySet<string>;
  /** Binds the names of workflows that could not be bound yet. Rejects as long as that cannot be stored. */
  readonly bindRest: () => Promise<void>;
  /** Resolves when the listener of committed updates failed for the first time. */
  readonly fanOutFailed: Promise<void>;
  readonly retentionMs: number;
  /** Updates kept of one log. */
  readonly keepUpdates: number;
  readonly firstKey: FirstKey & { readonly isRevoked: boolean };
  /** The stored ones, and the first. */
  readonly keys: Keys;
  readonly verifier: Verifier;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Logs an unexpected error and answers the id that its log line has. */
  readonly reportIncident: (error: unknown) => string;
}

const noWorkflows: LoadedWorkflows = { workflows: [], problems: [] };

/**
 * Opens the data folder and the store, loads the workflows. Nothing moves yet: the store has no listener. What was opened
 * is closed again when it rejects.
 */
export async function layFoundation(options: ServiceOptions): Promise<Foundation> {
  const bounds = boundsOf(options);
  const folder = await openDataFolder(options.dataFolder);
  const opened: Store[] = [];
  try {
    return await layOn(folder, { options, ...bounds }, (store) => opened.push(store));
  } catch (error) {
    for (const store of opened) await store.close();
    folder.release();
    throw error;
  }
}

async function layOn(
  folder: DataFolder,
  given: Pick<Foundation, 'options' | 'retentionMs' | 'keepUpdates'>,
  onOpened: (store: Store) => void,
): Promise<Foundation> {
  const { options } = given;
  const { logger } = options;
  const now = Date.now;
  const newId = (): string => ulid();
  const first = readFirstKey(folder, options.apiKey, now());
  const loaded = options.workflowsFolder === undefined ? noWorkflows : await loadWorkflows(options.workflowsFolder);
  const rules = new Map(loaded.workflows.map((workflow) => [workflow.name, workflow.rules]));

  const telemetry = createTelemetry({ logger, now });
  const fanOutFailed = Promise.withResolvers<void>();
  const store = openStore({
    file: folder.database,
    report(error) {
      logger.error({ err: error }, 'fan-out failed; it is repeated');
      fanOutFailed.resolve();
    },
    onGroup: telemetry.hooks.onGroup,
    alsoForget: forgetRun,
  });
  onOpened(store);
  if (store.lostFrames !== null) {
    logger.error(
      store.lostFrames,
      'the disk lost what had been committed: the WAL is damaged, and the commits behind that are gone; see the docs',
    );
  }
  const { startable, bindRest } = await bindLocal(loaded, store, logger);
  await refuseTakenId(store.keys, first);
  const isRevoked = await isFirstKeyRevoked(store.keys, first.record);
  if (isRevoked) logger.warn({ id: first.record.id }, 'the first API key was revoked: it lets nobody in');
  const keys = withFirstKey(store.keys, async () => first.record);
  return {
    ...given,
    folder,
    store,
    telemetry,
    loaded,
    rulesOf: (workflow) => rules.get(workflow) ?? defaultRules,
    startable,
    bindRest,
    fanOutFailed: fanOutFailed.promise,
    firstKey: { ...first, isRevoked },
    keys,
    verifier: createVerifier({ keys, tokenSecrets: [folder.tokenSecret], now, oidc: oidcOf(options, now) }),
    now,
    newId,
    reportIncident(error) {
      const incident = newId();
      logger.error({ err: error, incident }, 'an unexpected error');
      return incident;
    },
  };
}

function oidcOf({ oidc: config, logger }: ServiceOptions, now: () => number): OidcTokens | undefined {
  const report = (error: unknown): void =>
    logger.warn({ err: error }, 'the OpenID Connect issuer could not be asked; the keys it gave before go on');
  return config && createOidcTokens({ config, fetch, now, report });
}

/**
 * The workflows that this process may run: a name stands for one state machine (S1), so one whose executions come from
 * AWS, by its configuration or by the events seen, is not run here as well. A name that cannot be bound because nothing
 * can be stored is bound later: nothing of it can be started before either.
 */
async function bindLocal(
  { workflows }: LoadedWorkflows,
  { bindings }: Pick<Store, 'bindings'>,
  logger: ServiceOptions['logger'],
): Promise<Pick<Foundation, 'startable' | 'bindRest'>> {
  const runnable = workflows.filter(({ definition }) => definition !== null);
  const startable = new Set(runnable.map(({ name }) => name));
  const waiting = new Set(workflows);

  async function bindRest(): Promise<void> {
    for (const workflow of waiting) {
      const { name, rules } = workflow;
      const local = machineArn(localPlace, name);
      const bound = rules.machineArn ?? (await bindings.bind(name, local));
      waiting.delete(workflow);
      if (bound === local || !startable.delete(name)) continue;
      logger.warn({ workflow: name, bound }, 'not run here: the name stands for a state machine elsewhere');
    }
  }

  await bindRest().catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
  });
  return { startable, bindRest };
}
