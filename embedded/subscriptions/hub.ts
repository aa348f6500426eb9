import type { Update } from '../../core/contract.ts';
import type { Target } from '../../handlers/graphql/subscription-plan.ts';
import { ManyPositions, OnePosition, type Positions } from './positions.ts';

/** One reader of the hub. Whatever one of them throws reaches no other. */
export interface HubSubscription<Rendered> {
  readonly target: Target;
  /** Subscriptions of one target with the same key share one rendering per update. */
  readonly key: string;
  /** null where the update is not for this group. */
  render(update: Update): Rendered | null;
  /** Called synchronously, in seq order per execution. */
  deliver(rendered: Rendered): void;
  /** The update could not be rendered or delivered: this reader has a gap. Must not throw. */
  fail(error: unknown): void;
}

export interface HubStats {
  readonly topics: number;
  readonly subscribers: number;
  /** Since the start: handed to subscribers, and updates dropped because they had been published before. */
  readonly delivered: number;
  readonly repeated: number;
}

/** Hands committed updates to whoever subscribed. A hint with data: what it cannot deliver, readers pull from the log. */
export interface Hub<Rendered> {
  /**
   * Updates in seq order per execution. May be called again with the same ones (S33): each subscriber gets each seq
   * once. Never throws. An update counts as published when it was handed to everybody.
   */
  readonly publish: (updates: readonly Update[]) => void;
  /** From the next `publish` on (S17). */
  readonly subscribe: (subscription: HubSubscription<Rendered>) => void;
  /** Harmless when it was ended before. */
  readonly unsubscribe: (subscription: HubSubscription<Rendered>) => void;
  readonly stats: () => HubStats;
}

/** Those that share a rendering. */
type Group<Rendered> = Set<HubSubscription<Rendered>>;

interface Topic<Rendered> {
  readonly positions: Positions;
  readonly groups: Map<string, Group<Rendered>>;
}

/** The topics of a tenant's workflow, by execution; under null the one of all executions. */
type Scope<Rendered> = Map<string | null, Topic<Rendered>>;

/** Executions remembered per workflow-wide topic to drop what is published twice: about 1.5 MB. */
const rememberedExecutions = 10_000;

export function createHub<Rendered>(): Hub<Rendered> {
  // Tables in tables: a key made of all the names would have to be put together and hashed for every update.
  const tenants = new Map<string, Map<string, Scope<Rendered>>>();
  let topics = 0;
  let subscribers = 0;
  let delivered = 0;
  let repeated = 0;

  const publishToGroup = (group: Group<Rendered>, update: Update): void => {
    let rendered: Rendered | null = null;
    let isRendered = false;
    try {
      // The first speaks for all.
      for (const subscriber of group) {
        rendered = subscriber.render(update);
        isRendered = true;
        break;
      }
    } catch (error) {
      for (const subscriber of group) subscriber.fail(error);
    }
    if (!isRendered || rendered === null) return;
    for (const subscriber of group) {
      try {
        subscriber.deliver(rendered);
        delivered += 1;
      } catch (error) {
        subscriber.fail(error);
      }
    }
  };

  const publishTo = (topic: Topic<Rendered>, update: Update): void => {
    if (!topic.positions.isNew(update)) {
      repeated += 1;
      return;
    }
    for (const group of topic.groups.values()) publishToGroup(group, update);
    topic.positions.moved(update);
  };

  const topicOf = ({ tenant, workflow, id }: Target): Topic<Rendered> => {
    const workflows = tenants.get(tenant) ?? new Map<string, Scope<Rendered>>();
    tenants.set(tenant, workflows);
    const scope: Scope<Rendered> = workflows.get(workflow) ?? new Map();
    workflows.set(workflow, scope);
    const known = scope.get(id);
    if (known) return known;
    const positions = id === null ? new ManyPositions(rememberedExecutions) : new OnePosition();
    const topic: Topic<Rendered> = { positions, groups: new Map() };
    scope.set(id, topic);
    topics += 1;
    return topic;
  };

  const remove = ({ tenant, workflow, id }: Target): void => {
    const workflows = tenants.get(tenant);
    const scope = workflows?.get(workflow);
    if (!workflows || !scope?.delete(id)) return;
    topics -= 1;
    if (scope.size === 0) workflows.delete(workflow);
    if (workflows.size === 0) tenants.delete(tenant);
  };

  return {
    publish(updates) {
      if (topics === 0) return;
      for (const update of updates) {
        const scope = tenants.get(update.tenant)?.get(update.workflow);
        if (!scope) continue;
        const ofExecution = scope.get(update.id);
        if (ofExecution) publishTo(ofExecution, update);
        const ofWorkflow = scope.get(null);
        if (ofWorkflow) publishTo(ofWorkflow, update);
      }
    },

    subscribe(subscription) {
      const topic = topicOf(subscription.target);
      const group = topic.groups.get(subscription.key) ?? new Set();
      topic.groups.set(subscription.key, group);
      group.add(subscription);
      subscribers += 1;
    },

    unsubscribe(subscription) {
      const { target, key } = subscription;
      const topic = tenants.get(target.tenant)?.get(target.workflow)?.get(target.id);
      const group = topic?.groups.get(key);
      if (!topic || !group?.delete(subscription)) return;
      subscribers -= 1;
      if (group.size === 0) topic.groups.delete(key);
      if (topic.groups.size === 0) remove(target);
    },

    stats: () => ({ topics, subscribers, delivered, repeated }),
  };
}
