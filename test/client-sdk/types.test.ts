import { expect, expectTypeOf, test } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import type {
  Json,
  StateName,
  StatusClient,
  StatusSnapshot,
  WatchedUpdate,
  WebSocketConstructor,
} from '../../client-sdk/src/index.ts';
import { bin, runTool } from '../support/run-tool.ts';

const orders = {
  StartAt: 'Validate',
  States: {
    Validate: { Type: 'Task', Next: 'Fork' },
    Fork: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Charge', States: { Charge: { Type: 'Task', End: true } } },
        { StartAt: 'Reserve', States: { Reserve: { Type: 'Task', End: true } } },
      ],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemProcessor: { StartAt: 'Pack', States: { Pack: { Type: 'Task', End: true } } },
      Next: 'Old',
    },
    Old: { Type: 'Map', Iterator: { StartAt: 'Ship', States: { Ship: { Type: 'Task', End: true } } }, End: true },
  },
} as const;
type Orders = typeof orders;

// Compiled by tsc with the rest of the repository: these are wrong at type level, or not at all.

/** Exhaustive: a status that nobody handles makes `never` fail. */
function describe(snapshot: StatusSnapshot<Orders>): string {
  switch (snapshot.status) {
    case null:
      expectTypeOf(snapshot.update).toEqualTypeOf<null>();
      return 'nothing yet';
    case 'PENDING':
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      expectTypeOf(snapshot.update.state).toExtend<string | null>();
      // @ts-expect-error there is no output before the end
      return String(snapshot.output);
    case 'SUCCEEDED':
      expectTypeOf(snapshot.output).toEqualTypeOf<Json>();
      // @ts-expect-error what succeeded has no failure
      return String(snapshot.failure);
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      expectTypeOf(snapshot.update.status).toExtend<'FAILED' | 'TIMED_OUT' | 'ABORTED'>();
      return snapshot.failure?.name ?? snapshot.status;
    default:
      return snapshot satisfies never;
  }
}

test('S21: the snapshot discriminates on status; connection, freshness and error are separate facts', () => {
  expectTypeOf(describe).returns.toBeString();
  expectTypeOf<StatusSnapshot['status']>().toEqualTypeOf<
    null | 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE'
  >();
  expectTypeOf<StatusSnapshot['asOf']>().toEqualTypeOf<number | null>();
});

test('state names come from the definition, branches and processors included, and unknown ones are allowed', () => {
  type Names = StateName<Orders>;
  expectTypeOf<Names>().toEqualTypeOf<'Validate' | 'Fork' | 'Charge' | 'Reserve' | 'Each' | 'Pack' | 'Old' | 'Ship'>();
  expectTypeOf<'Renamed'>().toExtend<NonNullable<WatchedUpdate<Orders>['state']>>();
  expectTypeOf<WatchedUpdate['state']>().toExtend<string | null>();
  expectTypeOf<WatchedUpdate['skipped']>().toEqualTypeOf<boolean>();
});

test('workflow names come from the map, and any name goes without one', () => {
  const use = (typed: StatusClient<{ orders: Orders }>, untyped: StatusClient) => {
    expectTypeOf(typed.watch('orders', '1').getSnapshot()).toEqualTypeOf<StatusSnapshot<Orders>>();
    // @ts-expect-error not in the map
    typed.watch('refunds', '1');
    untyped.watch('refunds', '1');
  };
  expectTypeOf(use).toBeFunction();
});

test('the WebSockets of the runtime and of the ws package fit', () => {
  expectTypeOf(WebSocket).toExtend<WebSocketConstructor>();
  expectTypeOf(WsWebSocket).toExtend<WebSocketConstructor>();
});

test('names from a definition, from a JSON file and from `statuswire types` hold in a strict compile', async () => {
  const { code, output } = await runTool(bin('tsc'), ['-p', 'test/client-sdk/types']);
  expect(output).toBe('');
  expect(code).toBe(0);
});
