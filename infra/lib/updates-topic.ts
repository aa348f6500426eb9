import { Alias } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Which updates a subscriber of the topic gets: all that match in every attribute named. */
export interface UpdateFilter {
  readonly tenants?: readonly string[];
  readonly workflows?: readonly string[];
  readonly statuses?: readonly (
    | 'PENDING'
    | 'RUNNING'
    | 'SUCCEEDED'
    | 'FAILED'
    | 'TIMED_OUT'
    | 'ABORTED'
    | 'PENDING_REDRIVE'
  )[];
  readonly kinds?: readonly ('status' | 'state' | 'progress')[];
  /** Only ends, or everything but ends. */
  readonly done?: boolean;
}

/** Every update is published here once or more: its JSON, with attributes to filter by. Not in order, as SNS is. */
export class UpdatesTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      // The AWS managed key: whoever may publish may use it, and queues get what they are sent without it.
      masterKey: Alias.fromAliasName(this, 'Key', 'alias/aws/sns'),
      enforceSSL: true,
    });
  }

  /** Mails updates to an address, which has to confirm. */
  addEmail(address: string, filter: UpdateFilter): void {
    this.topic.addSubscription(new EmailSubscription(address, policyOf(filter)));
  }

  /** Puts updates into a queue of yours, each message body an update's JSON. */
  addQueue(queue: IQueue, filter: UpdateFilter, deadLetterQueue?: IQueue): void {
    this.topic.addSubscription(
      new SqsSubscription(queue, {
        rawMessageDelivery: true,
        ...policyOf(filter),
        ...(deadLetterQueue ? { deadLetterQueue } : {}),
      }),
    );
  }
}

function policyOf(filter: UpdateFilter): { readonly filterPolicy?: Record<string, SubscriptionFilter> } {
  const attributes: readonly (readonly [name: string, allowed: readonly string[] | undefined])[] = [
    ['tenant', filter.tenants],
    ['workflow', filter.workflows],
    ['status', filter.statuses],
    ['kind', filter.kinds],
    ['done', filter.done === undefined ? undefined : [String(filter.done)]],
  ];
  const named = attributes.flatMap(([name, allowed]) =>
    allowed ? [[name, SubscriptionFilter.stringFilter({ allowlist: [...allowed] })] as const] : [],
  );
  return named.length === 0 ? {} : { filterPolicy: Object.fromEntries(named) };
}
