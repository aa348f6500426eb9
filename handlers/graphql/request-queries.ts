import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Caller } from '../../core/access.ts';
import type { Turnstile } from '../turnstile.ts';
import type { Costs } from './cost.ts';
import { refusal } from './errors.ts';
import type { GraphqlPage, Queries } from './queries.ts';

export interface RequestQueriesOptions {
  readonly queries: Queries;
  readonly caller: Caller;
  readonly costs: Pick<Costs, 'perUpdate'>;
  /** Bytes of the whole answer. */
  readonly maxAnswerBytes: number;
  /** Shared by all requests. */
  readonly turnstile: Turnstile;
}

type Resolver<Args> = (args: Args, context: unknown, info: Pick<GraphQLResolveInfo, 'fieldNodes'>) => unknown;

/** Pages with fewer updates than this are answered without waiting for a turn. */
const smallPage = 20;

/**
 * The fields of `Query` for one request: what is asked for several times under other names is read once; each large page
 * waits for a turn of the event loop of its own; and what would make the answer too large is an error in its place.
 */
export function createRequestQueries(options: RequestQueriesOptions): {
  readonly [Field in keyof Queries]: Resolver<Parameters<Queries[Field]>[0]>;
} {
  const { queries, caller, costs, maxAnswerBytes, turnstile } = options;
  const reads = new Map<string, Promise<unknown>>();
  const sizes = new WeakMap<object, number>();
  let answered = 0;

  const once = <T>(read: () => Promise<T>, ...name: readonly unknown[]): Promise<T> => {
    const key = JSON.stringify(name);
    const reading = (reads.get(key) as Promise<T> | undefined) ?? read();
    reads.set(key, reading);
    return reading;
  };

  /** Measured once, however often it is answered. */
  const sizeOf = (value: object): number => {
    const size = sizes.get(value) ?? JSON.stringify(value).length;
    sizes.set(value, size);
    return size;
  };

  const count = (value: object, rows: number, nodes: readonly FieldNode[]): void => {
    const { keys, times } = costs.perUpdate(nodes);
    answered += rows * keys + times * sizeOf(value);
    if (answered <= maxAnswerBytes) return;
    throw refusal(
      'TOO_COMPLEX',
      `The answer would have over ${maxAnswerBytes} bytes. Ask for fewer executions at once, and page with a smaller limit.`,
    );
  };

  return {
    async status(args, _context, { fieldNodes }) {
      const last = await once(() => queries.status(args, caller), 'status', args.workflow, args.id);
      if (last) count(last, 1, fieldNodes);
      return last;
    },

    async updates(args, _context, { fieldNodes }): Promise<GraphqlPage | null> {
      const { workflow, id, after = null, limit = null } = args;
      const page = await once(() => queries.updates(args, caller), 'updates', workflow, id, after, limit);
      if (!page) return null;
      const rows = page.updates.length + (page.snapshot ? 1 : 0);
      count(page, rows, fieldNodes);
      if (rows > smallPage) await turnstile.pass();
      return page;
    },
  };
}
