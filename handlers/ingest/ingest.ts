import { gunzipSync } from 'node:zlib';
import type { Fact, Parsed } from '../../core/facts.ts';
import { nameOf } from '../../core/name-of.ts';
import type { Bindings, DeadLetter, DeadLetters, LogKey } from '../../core/ports.ts';
import { projectFact } from '../../core/projection.ts';
import { parseEventBridge } from '../../core/sources/event-bridge.ts';
import { parseLogEvents } from '../../core/sources/log-subscription.ts';
import { progressDetailType } from '../../core/sources/progress.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import type { Appender } from './append.ts';
import { letterBody } from './letter-body.ts';

export interface IngestOptions {
  readonly appender: Appender;
  readonly bindings: Bindings;
  readonly deadLetters: DeadLetters;
  readonly rulesOf: RulesOf;
  readonly now: () => number;
  /** Makes a ULID for a dead letter. */
  readonly newId: () => string;
  /** Told why an item was left out although nothing is wrong with it, for metrics. */
  readonly onIgnored?: (why: string) => void;
  /** Told what became of each item, after the commit, for metrics. */
  readonly onItem?: (source: ItemSource, outcome: ItemOutcome) => void;
}

/** What an item claims to be: a status-change event, log records of the history, a progress event. */
export type ItemSource = 'status' | 'history' | 'progress' | 'unknown';

/** `ignored`: nothing of it was to be kept, and nothing is wrong with it. */
export type ItemOutcome = 'accepted' | 'rejected' | 'ignored';

export interface Rejection {
  readonly index: number;
  readonly reason: string;
}

/** Answer of `POST /events` (S25). */
export interface IngestResult {
  /** Items taken whole. */
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/**
 * Takes items as sources send them: EventBridge events and CloudWatch Logs subscription payloads. Resolves after the
 * commit; what is wrong with an item is told by its index, kept as a dead letter, and stops nothing else (G10).
 * Rejects when not all could be committed: send all again (S25).
 */
export type Ingest = (items: readonly unknown[], options?: IngestCallOptions) => Promise<IngestResult>;

export interface IngestCallOptions {
  /** Make dead letters of what is wrong? Not where it is one already. @default true */
  readonly letters?: boolean;
}

/** A subscription payload holds at most 1 MiB before compression by CloudWatch Logs; this leaves room. */
const maxDecodedBytes = 8 * 1024 * 1024;

export function createIngest(options: IngestOptions): Ingest {
  const bound = new Map<string, string>();

  /** S1: one name, one state machine. */
  async function strangerReason({ workflow, machineArn }: Fact): Promise<string | null> {
    if (machineArn === null) return null;
    let arn = options.rulesOf(workflow).machineArn ?? bound.get(workflow);
    if (arn === undefined) {
      arn = await options.bindings.bind(workflow, machineArn);
      bound.set(workflow, arn);
    }
    return arn === machineArn ? null : `workflow ${workflow} is bound to ${arn}, not to ${machineArn}`;
  }

  return async (items, { letters = true } = {}) => {
    const rejected: Rejection[] = [];
    const facts: Fact[] = [];
    const outcomes: ItemOutcome[] = [];
    for (const [index, item] of items.entries()) {
      const reasons: string[] = [];
      const parts = parseItem(item);
      for (const parsed of parts) {
        if (parsed.type === 'rejected') reasons.push(parsed.reason);
        else if (parsed.type === 'ignored') options.onIgnored?.(parsed.why);
        else {
          for (const fact of parsed.facts) {
            const stranger = await strangerReason(fact);
            if (stranger) reasons.push(stranger);
            else facts.push(fact);
          }
        }
      }
      const ignored = parts.every((parsed) => parsed.type === 'ignored');
      outcomes.push(reasons.length > 0 ? 'rejected' : ignored ? 'ignored' : 'accepted');
      if (reasons.length > 0) rejected.push({ index, reason: [...new Set(reasons)].slice(0, 5).join('; ') });
    }
    await Promise.all([
      ...byKey(facts).map(({ key, own }) =>
        options.appender.append(
          key,
          own.map((fact) => projectFact(fact, options.rulesOf(key.workflow))),
        ),
      ),
      letters && rejected.length > 0
        ? options.deadLetters.add(rejected.map((one) => letterOf(one, items[one.index])))
        : undefined,
    ]);
    for (const [index, outcome] of outcomes.entries()) options.onItem?.(sourceOf(items[index]), outcome);
    return { accepted: items.length - rejected.length, rejected };
  };

  function letterOf({ reason }: Rejection, item: unknown): DeadLetter {
    return { id: options.newId(), at: options.now(), reason, source: 'events', key: null, body: letterBody(item) };
  }
}

function sourceOf(item: unknown): ItemSource {
  if (typeof item !== 'object' || item === null) return 'unknown';
  if ('awslogs' in item) return 'history';
  const detailType = 'detail-type' in item ? item['detail-type'] : null;
  if (detailType === progressDetailType) return 'progress';
  return detailType === 'Step Functions Execution Status Change' ? 'status' : 'unknown';
}

function parseItem(item: unknown): readonly Parsed[] {
  if (typeof item !== 'object' || item === null || !('awslogs' in item)) return [parseEventBridge(item)];
  const { awslogs } = item;
  const data = typeof awslogs === 'object' && awslogs !== null && 'data' in awslogs ? awslogs.data : null;
  if (typeof data !== 'string') return [{ type: 'rejected', reason: 'awslogs.data is not a string' }];
  try {
    const text = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: maxDecodedBytes }).toString('utf8');
    return parseLogEvents(JSON.parse(text));
  } catch (error) {
    return [{ type: 'rejected', reason: `awslogs.data is not base64 of gzipped JSON: ${String(error)}` }];
  }
}

function byKey(facts: readonly Fact[]): readonly { readonly key: LogKey; readonly own: readonly Fact[] }[] {
  const groups = new Map<string, { key: LogKey; own: Fact[] }>();
  for (const fact of facts) {
    const name = nameOf(fact);
    const group = groups.get(name);
    if (group) group.own.push(fact);
    else groups.set(name, { key: { workflow: fact.workflow, id: fact.id }, own: [fact] });
  }
  return [...groups.values()];
}
