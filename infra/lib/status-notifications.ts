import { Annotations, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AppsyncApi } from './appsync-api.ts';
import { assetsFor } from './assets.ts';
import { type Base, optional, type Queues } from './base.ts';
import { FanOut } from './fan-out.ts';
import { StatusApi } from './http-api.ts';
import { Ingest, ingestTimeout } from './ingest.ts';
import { Intake, intakeTimeout } from './intake.ts';
import { ownMetrics } from './metrics.ts';
import { checkOidc } from './oidc.ts';
import { checkOrigins } from './origins.ts';
import { Outputs } from './outputs.ts';
import type { StatusNotificationsProps } from './props.ts';
import { Reconciler } from './reconciler.ts';
import { ServiceSecrets } from './service-secrets.ts';
import { Store } from './store.ts';
import { type UpdateFilter, UpdatesTopic } from './updates-topic.ts';
import { Watch } from './watch.ts';
import { Webhooks, webhooksTimeout } from './webhooks.ts';
import { SocketApi } from './websocket-api.ts';
import { WorkQueue } from './work-queue.ts';
import { place, readWorkflows } from './workflows.ts';

/**
 * The status of a team's Step Functions executions, by polling, webhooks and GraphQL subscriptions. Put it beside the state
 * machines; nothing in them changes, but that they log their history where per-state progress is wanted.
 *
 * @example
 * new StatusNotifications(this, 'Status', {
 *   workflows: { orders: { stateMachine, logGroup, expose: { total: '$.order.total' } } },
 * });
 */
export class StatusNotifications extends Construct {
  /** What `createStatusClient({ url })` takes; no slash at the end. */
  readonly url: string;
  /** `wss://…` of graphql-transport-ws; null where that channel is off. */
  readonly socketUrl: string | null;
  /** `https://…/graphql` of AppSync; null where that channel is off. */
  readonly graphqlUrl: string | null;
  /** Where every update is published. */
  readonly topic: UpdatesTopic['topic'];
  /** The first API key: JSON `{ "id", "secret" }`, which is `sw_<id>_<secret>`. */
  readonly firstKey: ServiceSecrets['firstKey'];
  /** Where logs lie. */
  readonly table: Store['table'];
  readonly #updates: UpdatesTopic;

  /** @throws Error, naming the workflow, for what cannot work: see `WorkflowProps`. */
  constructor(scope: Construct, id: string, props: StatusNotificationsProps) {
    super(scope, id);
    const { channels = {}, webhookAllow = [], maxConcurrency = {} } = props;
    const origins = checkOrigins(props.origins ?? []);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const retentionDays = props.retentionDays ?? 30;
    if (!Number.isInteger(retentionDays) || retentionDays < 15) {
      throw new Error(`retentionDays is ${retentionDays}: a redrive may come after 14 days, so at least 15 (S4).`);
    }
    const oidc = props.oidc ? checkOidc(props.oidc) : null;
    const workflows = readWorkflows(this, props.workflows);
    this.tellLogs(workflows);

    // Two deployments in one region must not share alarms.
    const metricsNamespace = `Statuswire/${Stack.of(this).stackName}/${this.node.id}`;
    const store = new Store(this, 'Store', { removalPolicy, restored: props.restoredTable });
    const secrets = new ServiceSecrets(this, 'Secrets', { removalPolicy });
    const base: Base = {
      settings: {
        assets: assetsFor(this, workflows),
        architecture: props.architecture ?? Architecture.ARM_64,
        logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
        reservedConcurrency: props.reservedConcurrency ?? {},
      },
      workflows,
      store,
      secrets,
      oidc,
      own: ownMetrics(metricsNamespace),
      environment: {
        metricsNamespace,
        table: store.table.tableName,
        ...optional('generation', props.generation === undefined ? null : String(props.generation)),
      },
      verifying: {
        keySecret: secrets.firstKey.secretArn,
        tokenSecret: secrets.tokens.secretArn,
        ...optional('oidc', oidc && Stack.of(this).toJsonString(oidc)),
      },
      appending: { place, retentionDays: String(retentionDays) },
    };
    const queues: Queues = {
      ingest: new WorkQueue(this, 'IngestQueue', { timeout: ingestTimeout, holds: 'events that could not be taken' }),
      starts: new WorkQueue(this, 'StartQueue', { timeout: intakeTimeout, holds: 'starts that could not be made' }),
      webhooks:
        channels.webhooks === false
          ? null
          : new WorkQueue(this, 'WebhookQueue', {
              timeout: webhooksTimeout,
              holds: 'updates and deliveries that the webhook sender could not handle',
            }),
    };
    this.#updates = new UpdatesTopic(this, 'Updates');
    const sockets = channels.graphqlTransportWs === false ? null : new SocketApi(this, 'Sockets', { base, origins });
    const appsync = channels.appsync === false ? null : new AppsyncApi(this, 'Appsync', { base });
    const api = new StatusApi(this, 'Http', {
      base,
      queues,
      addresses: { socketUrl: sockets?.url ?? null, graphqlUrl: appsync?.url ?? null },
      origins,
      webhookAllow,
      customDomain: props.customDomain,
    });
    const ingest = new Ingest(this, 'Ingest', { base, queues, maxConcurrency: maxConcurrency.ingest });
    const intake = new Intake(this, 'Intake', { base, queues, maxConcurrency: maxConcurrency.intake });
    const fanOut = new FanOut(this, 'FanOut', { base, queues, topic: this.#updates, sockets, appsync });
    const reconciler = new Reconciler(this, 'Reconciler', { base, queues, sockets, since: props.since });
    const webhooks = queues.webhooks
      ? new Webhooks(this, 'Webhooks', {
          ...{ base, queue: queues.webhooks, topic: this.#updates, allow: webhookAllow },
          maxConcurrency: maxConcurrency.webhooks,
        })
      : null;
    new Watch(this, 'Watch', {
      ...{ base, queues, api, ingest, intake, fanOut, reconciler, webhooks, sockets, appsync },
      topic: props.alarmsTopic,
    });

    this.url = api.url;
    this.socketUrl = sockets?.url ?? null;
    this.graphqlUrl = appsync?.url ?? null;
    this.topic = this.#updates.topic;
    this.firstKey = base.secrets.firstKey;
    this.table = store.table;
    new Outputs(this, 'Outputs', { status: this, workflows, domainTarget: api.domainTarget });
    for (const [name, value] of Object.entries(props.tags ?? {})) Tags.of(this).add(name, value);
  }

  /** Mails updates to an address, which has to confirm first. All updates without a filter. */
  addEmailSubscription(address: string, filter: UpdateFilter = {}): void {
    this.#updates.addEmail(address, filter);
  }

  /** Puts updates into a queue of yours: each message's body is an update's JSON. At least once, not in order. */
  addQueueSubscription(queue: IQueue, filter: UpdateFilter = {}): void {
    this.#updates.addQueue(queue, filter);
  }

  /** Says at synthesis what was found of each workflow's log. */
  private tellLogs(workflows: ReturnType<typeof readWorkflows>): void {
    for (const { name, logGroup, logLevel } of workflows) {
      if (!logGroup) {
        Annotations.of(this).addInfo(`Workflow "${name}": no logGroup, so its status is shown, but no states.`);
      } else if (logLevel !== null && logLevel !== 'ALL') {
        Annotations.of(this).addWarningV2(
          'statuswire:log-level',
          `Workflow "${name}": the state machine logs at level ${logLevel}; states are shown at level ALL only.`,
        );
      }
    }
  }
}
