import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { OidcConfig } from '../../core/oidc.ts';
import type { LambdaName } from '../bundle/lambdas.ts';

/** One state machine, and what of its executions may leave. */
export interface WorkflowProps {
  /** The machine, or its ARN. Its name must be the key that it stands under: it is what events call it. */
  readonly stateMachine: IStateMachine | string;
  /**
   * Where the machine logs its execution history at level ALL, with execution data. One of the two subscription filters
   * that a log group may have is taken. @default status only, no per-state progress; an Express workflow cannot do without
   */
  readonly logGroup?: ILogGroup;
  /** Owner of every execution (S13). @default 'default' */
  readonly tenant?: string;
  /** JSONPath to where the input names the owner, instead of `tenant`. */
  readonly tenantPath?: string;
  /** Name in an update's `output` → JSONPath into the execution's output (S14). @default nothing leaves */
  readonly expose?: Readonly<Record<string, string>>;
  /** Lets `error.cause` out (S14). @default false */
  readonly exposeCause?: boolean;
  /** The ASL definition as an object: tells which states nest in which Parallel and Map (S8). @default not known */
  readonly definition?: unknown;
  /** Whether it is an Express workflow. @default what the machine says; false where only its ARN is known */
  readonly express?: boolean;
}

/** What carries updates besides polling, which is always there. */
export interface ChannelProps {
  /** Standard Webhooks, registered by `POST /webhooks`. @default true */
  readonly webhooks?: boolean;
  /** graphql-transport-ws over an API Gateway WebSocket API. @default true */
  readonly graphqlTransportWs?: boolean;
  /** GraphQL subscriptions and queries over AppSync. @default true */
  readonly appsync?: boolean;
}

/** A name of your own for the HTTP API. */
export interface CustomDomainProps {
  readonly domainName: string;
  /** For that name, in the stack's region. */
  readonly certificate: ICertificate;
  /** Where the name is entered. @default you point it to the output `DomainTarget` yourself */
  readonly hostedZone?: IHostedZone;
}

/** A table brought back by point-in-time recovery: docs/deploy.md#restore. */
export interface RestoredTable {
  readonly tableName: string;
  /** Of its stream, which shows new and old images. */
  readonly streamArn: string;
}

export interface StatusNotificationsProps {
  /** By the state machine's name. */
  readonly workflows: Readonly<Record<string, WorkflowProps>>;
  /** @default all of them */
  readonly channels?: ChannelProps;
  /** Days that a log lives after its last terminal update, at least 15 (S4). @default 30 */
  readonly retentionDays?: number;
  /** Browser origins that may call the API and open sockets (S23). @default none */
  readonly origins?: readonly string[];
  /** @default the addresses that API Gateway makes up */
  readonly customDomain?: CustomDomainProps;
  /** A company's own OpenID Connect tokens as credentials to read by, on every channel: docs/http.md. @default none */
  readonly oidc?: OidcConfig;
  /** Told when an alarm goes off and when it is over. @default nobody: the alarms show in CloudWatch only */
  readonly alarmsTopic?: ITopic;
  /** Raised by one after each point-in-time restore, so that readers get snapshots (S36). @default 0 */
  readonly generation?: number;
  /** Used instead of a table of its own. @default a new table */
  readonly restoredTable?: RestoredTable;
  /** Runs that ended before are none of ours: the reconciler does not take them up. @default its first run */
  readonly since?: Date;
  /** CIDR blocks that webhooks may lead to although they are private (G9). @default none */
  readonly webhookAllow?: readonly string[];
  /**
   * Of what holds data: the table and the secrets; also whether the table is protected against deletion. Logs go with the
   * stack. @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /** Of the Lambdas' and APIs' logs. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
  /** Put on everything. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Batches of a queue at work at the same time, from 2 to 1,000; what comes faster waits in the queue. @default 10 each */
  readonly maxConcurrency?: Readonly<Partial<Record<'ingest' | 'intake' | 'webhooks', number>>>;
  /** Concurrency taken out of the account's pool for a Lambda, which is then also its limit. @default none is reserved */
  readonly reservedConcurrency?: Readonly<Partial<Record<LambdaName, number>>>;
  /** Of the Lambdas. @default Architecture.ARM_64, a fifth cheaper */
  readonly architecture?: Architecture;
}
