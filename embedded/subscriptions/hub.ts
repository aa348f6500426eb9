import type { Update } from '../../core/contract.ts';
import type { Target } from '../../handlers/graphql/subscription-plan.ts';
import { createPositions, type Positions } from './positions.ts';

/** One reader of the hub. */
export interface HubSubscription<Rendered> {
  readonly target: Target;
  /** Subscriptions of one target with the same key share one rendering per update. */
  readonly key: string;
  /** Must not throw; null where the update is not for this group. */
  readonly render: (update: Update) => Rendered | null;
  /** Called synchronously, in seq order per execution; must not throw. */
  readonly deliver: (rendered: Rendered) => void;
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
   * once. Never throws.
   */
  readonly publish: (updates: readonly Update[]) => void;
  /** From the next `publish` on (S17). Answers how to stop; stopping twice is harmless. */
  readonly subscribe: (subscription: HubSubscription<Rendered>) => () => void;
  readonly stats: () => HubStats;
}

interface Group<Rendered> {
  readonly render: (update: Update) => Rendered | null;
  readonly subscribers: Set<HubSubscription<Rendered>>;
}

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

  const publishTo = (topic: Topic<Rendered>, update: Update): void => {
    if (!topic.positions.advance(update)) {
      repeated += 1;
      return;
    }
    for (const group of topic.groups.values()) {
      const rendered = group.render(update);
      if (rendered === null) continue;
      delivered += group.subscribers.size;
      for (const subscriber of group.subscribers) subscriber.deliver(rendered);
    }
  };

  const topicOf = ({ tenant, workflow, id }: Target): Topic<Rendered> => {
    const workflows = tenants.get(tenant) ?? new Map<string, Scope<Rendered>>();
    tenants.set(tenant, workflows);
    const scope: Scope<Rendered> = workflows.get(workflow) ?? new Map();
    workflows.set(workflow, scope);
    const known = scope.get(id);
    if (known) return known;
    const topic = { positions: createPositions(id === null ? rememberedExecutions : 1), groups: new Map() };
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
      const { target, key, render } = subscription;
      const topic = topicOf(target);
      const group = topic.groups.get(key) ?? { render, subscribers: new Set() };
      topic.groups.set(key, group);
      group.subscribers.add(subscription);
      subscribers += 1;

      return () => {
        if (!group.subscribers.delete(subscription)) return;
        subscribers -= 1;
        if (group.subscribers.size === 0) topic.groups.delete(key);
        if (topic.groups.size === 0) remove(target);
      };
    },

    stats: () => ({ topics, subscribers, delivered, repeated }),
  };
}
