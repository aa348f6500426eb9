import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { createDocumentClient } from '../dynamodb/client.ts';
import { createTablePorts, type TablePorts } from '../dynamodb/index.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { createEnvironment, type Environment } from './variables.ts';

/** What there is without being made: the process, unless a test says otherwise. */
export interface GroundOptions {
  /** @default process.env */
  readonly source?: Readonly<Record<string, string | undefined>>;
  /** @default a client as `createDocumentClient` makes it */
  readonly client?: DynamoDBDocumentClient;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** @default Powertools */
  readonly telemetry?: Telemetry;
}

/** What every Lambda stands on. */
export interface Ground {
  readonly environment: Environment;
  readonly telemetry: Telemetry;
  /** Made when they are first asked for, once. Throws when the table's name is not set. */
  readonly ports: TablePorts;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A new ULID. */
  readonly newId: () => string;
}

/**
 * Enough for a Lambda that writes no log. It stands apart from `layFoundation`, which brings reduce, projection and the
 * workflows' configuration with it: a fifth of such a Lambda's code.
 *
 * @param service name of the Lambda, as its logs and metrics have it
 */
export function layGround(service: string, options: GroundOptions = {}): Ground {
  const { source = process.env, now = Date.now } = options;
  const environment = createEnvironment(source);
  let ports: TablePorts | null = null;
  return {
    environment,
    telemetry: options.telemetry ?? createTelemetry(service, environment.optional('metricsNamespace') ?? undefined),
    get ports() {
      ports ??= createTablePorts({
        client: options.client ?? createDocumentClient(),
        table: environment.text('table'),
        generation: environment.number('generation', 0),
        now,
      });
      return ports;
    },
    now,
    newId: () => ulid(now()),
  };
}
