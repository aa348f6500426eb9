/**
 * The environment variables of the Lambdas, in one place: `infra` sets them, the wirings read them. A Lambda gets only
 * those that it needs.
 */
export const variables = {
  /** Name of the table. */
  table: 'STATUSWIRE_TABLE',
  /** Raised by one after each point-in-time restore (S36). Default 0. */
  generation: 'STATUSWIRE_GENERATION',
  /** `arn:<partition>:states:<region>:<account>`: where the state machines are that name no ARN of their own. */
  place: 'STATUSWIRE_PLACE',
  /** Days that a log lives after its last terminal update (S4). Default 30. */
  retentionDays: 'STATUSWIRE_RETENTION_DAYS',
  /** ARN of the secret with the text of the first API key. */
  keySecret: 'STATUSWIRE_KEY_SECRET',
  /** ARN of the secret that signs watch tokens. */
  tokenSecret: 'STATUSWIRE_TOKEN_SECRET',
  /** JSON of an `OidcConfig`: a company's own tokens as credentials; absent where there are none. */
  oidc: 'STATUSWIRE_OIDC',
  /** Path of the workflows' file. Default: `workflows.json` beside the code. */
  workflowsFile: 'STATUSWIRE_WORKFLOWS',
  /** URL of the queue that sources fill; looks at an execution some seconds later go through it too (S35). */
  ingestQueue: 'STATUSWIRE_INGEST_QUEUE',
  /** URL of the queue of accepted starts. */
  startQueue: 'STATUSWIRE_START_QUEUE',
  /** URL of the queue that wakes the webhook sender; absent where that channel is off. */
  webhookQueue: 'STATUSWIRE_WEBHOOK_QUEUE',
  /** URL of the queue that poison messages of this Lambda go to, with their reason. */
  deadLetterQueue: 'STATUSWIRE_DEAD_LETTER_QUEUE',
  /** ARN of the topic that every update is published to. */
  topic: 'STATUSWIRE_TOPIC',
  /** `https://…/graphql` of the AppSync API; absent where that channel is off. */
  graphqlUrl: 'STATUSWIRE_GRAPHQL_URL',
  /** `https://…/<stage>` of the WebSocket API's management API; absent where that channel is off. */
  managementUrl: 'STATUSWIRE_MANAGEMENT_URL',
  /** `wss://…/<stage>` where clients reach the WebSocket API; absent where that channel is off. */
  socketUrl: 'STATUSWIRE_SOCKET_URL',
  /** Where clients reach the HTTP API, without a slash at the end. Default: the origin of each request. */
  publicUrl: 'STATUSWIRE_PUBLIC_URL',
  /** Origins that browsers may come from, separated by spaces; none by default (S23). */
  origins: 'STATUSWIRE_ORIGINS',
  /** CIDR blocks that webhooks may lead to although they are private, separated by spaces; none by default (G9). */
  webhookAllow: 'STATUSWIRE_WEBHOOK_ALLOW',
  /** Epoch milliseconds of the deployment: runs that ended before are none of ours. Default: the reconciler's first run. */
  since: 'STATUSWIRE_SINCE',
  /** Of the metrics; of its own for each deployment, or their alarms would share them. Default `Statuswire`. */
  metricsNamespace: 'STATUSWIRE_METRICS_NAMESPACE',
} as const;

export type Variable = keyof typeof variables;

/** Reads the variables, and says which one is missing or wrong. */
export interface Environment {
  /** Throws when it is not set. */
  text(variable: Variable): string;
  /** Null when it is not set, or empty. */
  optional(variable: Variable): string | null;
  /** Throws when it is set and no number. */
  number(variable: Variable, whenAbsent: number): number;
  /** Words separated by spaces; empty when it is not set. */
  list(variable: Variable): readonly string[];
}

/** @param source `process.env` */
export function createEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const optional = (variable: Variable): string | null => source[variables[variable]] || null;
  return {
    optional,
    text(variable) {
      const value = optional(variable);
      if (value === null) throw new Error(`The environment variable ${variables[variable]} is not set.`);
      return value;
    },
    number(variable, whenAbsent) {
      const value = optional(variable);
      if (value === null) return whenAbsent;
      const number = Number(value);
      if (!Number.isFinite(number)) throw new Error(`${variables[variable]} is no number, but ${value}.`);
      return number;
    },
    list: (variable) =>
      optional(variable)
        ?.split(/\s+/)
        .filter((word) => word !== '') ?? [],
  };
}
