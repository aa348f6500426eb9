import type { Fact, Parsed } from '../../core/facts.ts';
import { maxUpdatesPerCommit } from '../../core/limits.ts';
import { nameOf } from '../../core/name-of.ts';
import type { Bindings, DeadLetter, DeadLetters, LogKey } from '../../core/ports.ts';
import { projectFact } from '../../core/projection.ts';
import { parseEventBridge } from '../../core/sources/event-bridge.ts';
import { progressDetailType } from '../../core/sources/progress.ts';
import { asRecord } from '../../core/sources/read.ts';
import type { RulesOf } from '../../core/workflow-rules.ts';
import { createTurns } from '../turns.ts';
import type { Appender } from './append.ts';
import { letterBody } from './letter-body.ts';
import { createUnpacker, type Unpacker } from './unpack.ts';

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
 * Rejects when not all could be committed: send all again (S25); with `TooMuchAtOnce`, before anything is taken, when the
 * payloads unpack to too much for one call.
 */
export type Ingest = (items: readonly unknown[], options?: IngestCallOptions) => Promise<IngestResult>;

export interface IngestCallOptions {
  /** Make dead letters of what is wrong? Not where it is one already. @default true */
  readonly letters?: boolean;
  /**
   * Told which items could not be committed whole, instead of a rejection: only these are to be sent again, where the
   * source can send items one by one. They count as neither accepted nor rejected.
   */
  readonly onFailed?: (failure: { readonly index: number; readonly error: unknown }) => void;
}

interface ReadItem {
  readonly facts: readonly Fact[];
  readonly reasons: readonly string[];
  readonly outcome: ItemOutcome;
}

const unread: ReadItem = { facts: [], reasons: [], outcome: 'accepted' };

export function createIngest(options: IngestOptions): Ingest {
  /**
   * S1: one name, one state machine. What AWS itself tells binds a free name; progress does not, because whoever may put
   * events writes it (S11).
   */
  async function strangerReason({ type, workflow, machineArn }: Fact): Promise<string | null> {
    if (machineArn === null) return null;
    const arn =
      options.rulesOf(workflow).machineArn ??
      (type === 'progress' ? await options.bindings.find(workflow) : await options.bindings.bind(workflow, machineArn));
    if (arn === null) return `workflow ${workflow} is not bound to a state machine yet, and progress binds none`;
    return arn === machineArn ? null : `workflow ${workflow} is bound to ${arn}, not to ${machineArn}`;
  }

  /** What is wrong with an item, and the facts that are in it all the same. */
  async function read(item: unknown, unpacker: Unpacker): Promise<ReadItem> {
    const reasons: string[] = [];
    const facts: Fact[] = [];
    const parts = await parseItem(item, unpacker);
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
    return { facts, reasons, outcome: reasons.length > 0 ? 'rejected' : ignored ? 'ignored' : 'accepted' };
  }

  /** In slices, in order of time, each a commit: thousands at a stretch would stop everybody else. */
  async function append({ key, facts }: OfOne): Promise<void> {
    const projected = facts.map((fact) => projectFact(fact, options.rulesOf(key.workflow)));
    if (projected.length > maxUpdatesPerCommit) projected.sort((a, b) => a.at - b.at);
    for (let from = 0; from < projected.length; from += maxUpdatesPerCommit) {
      await options.appender.append(key, projected.slice(from, from + maxUpdatesPerCommit));
    }
  }

  const ingest: Ingest = async (items, { letters = true, onFailed } = {}) => {
    const unpacker = createUnpacker();
    const pause = createTurns();
    const failed = new Set<number>();
    /** Without anybody to tell, the trouble of one is the trouble of all. */
    const attempt = async <T>(indexes: readonly number[], work: () => Promise<T>): Promise<T | null> => {
      try {
        return await work();
      } catch (error) {
        if (!onFailed) throw error;
        for (const index of indexes) {
          if (!failed.has(index)) onFailed({ index, error });
          failed.add(index);
        }
        return null;
      }
    };
    const found: ReadItem[] = [];
    for (const [index, item] of items.entries()) {
      found.push((await attempt([index], () => read(item, unpacker))) ?? unread);
      await pause();
    }
    const rejected = found.flatMap(({ reasons }, index) =>
      reasons.length > 0 ? [{ index, reason: [...new Set(reasons)].slice(0, 5).join('; ') }] : [],
    );
    await Promise.all([
      ...byKey(found).map((own) => attempt(own.indexes, () => append(own))),
      letters && rejected.length > 0
        ? attempt(
            rejected.map(({ index }) => index),
            () => options.deadLetters.add(rejected.map((one) => letterOf(one, items[one.index]))),
          )
        : undefined,
    ]);
    for (const [index, { outcome }] of found.entries()) {
      if (!failed.has(index)) options.onItem?.(sourceOf(items[index]), outcome);
    }
    const kept = rejected.filter(({ index }) => !failed.has(index));
    return { accepted: items.length - failed.size - kept.length, rejected: kept };
  };

  let last: Promise<unknown> = Promise.resolve();
  return (items, callOptions) => {
    if (!items.some(isLarge)) return ingest(items, callOptions);
    // One after the other, because what they unpack to is held in memory until it is committed.
    const taken = last.then(() => ingest(items, callOptions));
    last = taken.catch(() => undefined);
    return taken;
  };

  function letterOf({ reason }: Rejection, item: unknown): DeadLetter {
    return { id: options.newId(), at: options.now(), reason, source: 'events', key: null, body: letterBody(item) };
  }
}

/** A payload of so many characters may unpack to megabytes; those of the local runner have a few hundred. */
const largePayload = 8_192;

const packedIn = (item: unknown): unknown => asRecord(asRecord(item)?.awslogs)?.data;

function isLarge(item: unknown): boolean {
  const packed = packedIn(item);
  return typeof packed === 'string' && packed.length >= largePayload;
}

function sourceOf(item: unknown): ItemSource {
  if (typeof item !== 'object' || item === null) return 'unknown';
  if ('awslogs' in item) return 'history';
  const detailType = 'detail-type' in item ? item['detail-type'] : null;
  if (detailType === progressDetailType) return 'progress';
  return detailType === 'Step Functions Execution Status Change' ? 'status' : 'unknown';
}

async function parseItem(item: unknown, { unpack }: Unpacker): Promise<readonly Parsed[]> {
  if (typeof item !== 'object' || item === null || !('awslogs' in item)) return [parseEventBridge(item)];
  return unpack(packedIn(item));
}

interface OfOne {
  readonly key: LogKey;
  readonly facts: readonly Fact[];
  /** Items that they came in. */
  readonly indexes: readonly number[];
}

function byKey(found: readonly ReadItem[]): readonly OfOne[] {
  const facts = found.flatMap((item, index) => item.facts.map((fact) => ({ fact, index })));
  return [...Map.groupBy(facts, ({ fact }) => nameOf(fact)).values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const { workflow, id } = first.fact;
    const indexes = [...new Set(own.map(({ index }) => index))];
    return [{ key: { workflow, id }, facts: own.map(({ fact }) => fact), indexes }];
  });
}
