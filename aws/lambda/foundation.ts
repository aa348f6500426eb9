import { readFileSync } from 'node:fs';
import { leastRetentionMs } from '../../core/limits.ts';
import type { Timers } from '../../core/ports.ts';
import { type Appender, createAppender } from '../../handlers/ingest/append.ts';
import { type Ground, type GroundOptions, layGround } from './ground.ts';
import type { Environment } from './variables.ts';
import { readWorkflows, type Workflows } from './workflows.ts';

export interface FoundationOptions extends GroundOptions {
  /** Reads a file as text. @default readFileSync */
  readonly readText?: (path: string | URL) => string;
}

/** What those stand on that write the log. Each part is made when it is first asked for, once. */
export interface Foundation extends Ground {
  /** Throws when the file is not there, or wrong. */
  readonly workflows: Workflows;
  /**
   * The appender as every Lambda that writes the log must have it, measured: open executions are looked at (G5).
   *
   * @param timers what is due stands in the log, where the reconciler finds it (S35); these are for who wants it sooner
   */
  appender(timers?: Timers): Appender;
  /** How long a log lives after its end (S4). Throws below 15 days. */
  readonly retentionMs: number;
}

const dayMs = 86_400_000;

/**
 * To be called outside the handler, so that all of it is made once per process, and a wrong configuration shows at the
 * start.
 *
 * @param service name of the Lambda, as its logs and metrics have it
 */
export function layFoundation(service: string, options: FoundationOptions = {}): Foundation {
  const { readText = (path) => readFileSync(path, 'utf8') } = options;
  const ground = layGround(service, options);
  const { environment, telemetry, now } = ground;
  const workflows = once(() => {
    // The bundle is one file, so `workflows.json` lies beside this very module.
    const path = environment.optional('workflowsFile') ?? new URL('workflows.json', import.meta.url);
    return readWorkflows(JSON.parse(readText(path)), environment.text('place'));
  });
  return {
    environment,
    telemetry,
    get ports() {
      return ground.ports;
    },
    get workflows() {
      return workflows();
    },
    appender: (timers = { wake: () => undefined }) =>
      createAppender({
        log: ground.ports.log,
        rulesOf: workflows().rulesOf,
        timers,
        now,
        retentionMs: retentionFrom(environment),
        lookAtOpen: true,
        onOutcome({ news, late, held, duplicate, olderRun, gone, tooOld }) {
          telemetry.measure('FactsTaken', news + late + held);
          telemetry.measure('FactsDropped', duplicate + olderRun + gone + tooOld);
        },
      }),
    get retentionMs() {
      return retentionFrom(environment);
    },
    now,
    newId: ground.newId,
  };
}

function retentionFrom(environment: Environment): number {
  const days = environment.number('retentionDays', 30);
  const ms = days * dayMs;
  if (ms < leastRetentionMs) throw new RangeError(`A log lives at least 15 days after its end, not ${days} (S4).`);
  return ms;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
