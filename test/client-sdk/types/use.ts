import type {
  ErrorName,
  Json,
  NextStateName,
  OutputOf,
  PerState,
  StateName,
  StatusClient,
  TerminalStateName,
  WatchedUpdate,
  WithOutput,
} from '../../../client-sdk/src/index.ts';
import type { shop } from './definition.ts';
import imported from './shop.asl.json' with { type: 'json' };
import type { ShopWorkflow, Workflows } from './shop.workflow.ts';

// Compiled by types.test.ts, strictly: each line is wrong at type level, or not at all.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_ extends true>(): void => undefined;

type AsConst = typeof shop;
type Imported = typeof imported;
type Odd = 'All "there"? It\'s done';
type Names = 'Validate' | 'Fork' | 'Charge' | 'Receipt' | 'Reserve' | 'Each' | 'Pack' | 'Old' | 'Ship' | Odd | Ends;
type Ends = 'Done' | 'Rejected';

// State names, those inside Parallel and Map included, three ways.
holds<Same<StateName<AsConst>, Names>>();
holds<Same<StateName<ShopWorkflow>, Names>>();
holds<Same<StateName<Imported>, Names>>();
holds<Same<StateName<unknown>, string>>();

// Where it ends: not where a branch ends.
holds<Same<TerminalStateName<AsConst>, Ends>>();
holds<Same<TerminalStateName<ShopWorkflow>, Ends>>();
holds<Same<TerminalStateName<Imported>, Ends>>();
holds<Same<TerminalStateName<unknown>, string>>();

// What follows: Next, Choices, Default and Catch.
holds<Same<NextStateName<AsConst, 'Validate'>, 'Fork' | 'Rejected'>>();
holds<Same<NextStateName<ShopWorkflow, 'Validate'>, 'Fork' | 'Rejected'>>();
holds<Same<NextStateName<AsConst, Odd>, 'Done' | 'Rejected' | 'Each'>>();
holds<Same<NextStateName<ShopWorkflow, Odd>, 'Done' | 'Rejected' | 'Each'>>();
holds<Same<NextStateName<AsConst, 'Charge'>, 'Receipt'>>();
holds<Same<NextStateName<ShopWorkflow, 'Charge'>, 'Receipt'>>();
holds<Same<NextStateName<AsConst, 'Done'>, never>>();
holds<Same<NextStateName<ShopWorkflow, 'Done'>, never>>();
// A JSON file is imported with `Next: string`: any name may be meant, but only where something follows.
holds<Same<NextStateName<Imported, 'Validate'>, Names>>();
holds<Same<NextStateName<Imported, 'Done'>, never>>();
// @ts-expect-error no state of it
export type Nowhere = NextStateName<ShopWorkflow, 'Nowhere'>;

// Errors of Fail states and Catch; States.ALL is no error.
holds<Same<ErrorName<AsConst>, 'BasketEmpty' | 'States.Timeout' | 'Rejected'>>();
holds<Same<ErrorName<ShopWorkflow>, 'BasketEmpty' | 'States.Timeout' | 'Rejected'>>();
holds<Same<ErrorName<Imported>, string>>();

interface Receipt {
  readonly total: number;
}
type Typed = WithOutput<ShopWorkflow, Receipt>;
holds<Same<StateName<Typed>, Names>>();
holds<Same<OutputOf<Typed>, Receipt>>();
holds<Same<OutputOf<WithOutput<AsConst, Receipt>>, Receipt>>();
holds<Same<OutputOf<ShopWorkflow>, Json>>();

/** Exhaustive at type level, and safe for a name that is newer than this page. */
function label(state: StateName<ShopWorkflow>): string {
  switch (state) {
    case 'Validate':
    case 'Fork':
    case 'Charge':
    case 'Receipt':
    case 'Reserve':
      return 'Preparing';
    case 'Each':
    case 'Pack':
    case 'Old':
    case 'Ship':
    case 'All "there"? It\'s done':
      return 'Shipping';
    case 'Done':
    case 'Rejected':
      return 'Done';
    default:
      return state satisfies never;
  }
}

function incomplete(state: StateName<ShopWorkflow>): string {
  switch (state) {
    case 'Validate':
      return 'Preparing';
    default:
      // @ts-expect-error the other states are not handled
      return state satisfies never;
  }
}

export async function use(client: StatusClient<Workflows>, typed: StatusClient<{ shop: Typed }>): Promise<void> {
  // @ts-expect-error no workflow of the map
  client.watch('orders', '1');
  for await (const update of client.watch('shop', '1')) {
    if (update.state === 'Charge') label(update.state as StateName<ShopWorkflow>);
    // Any name may come; a page is older than the next deployment of its workflow.
    if (update.state === 'Renamed') incomplete(update.state as StateName<ShopWorkflow>);
    holds<Same<typeof update, WatchedUpdate<ShopWorkflow>>>();
    if (update.error?.name === 'BasketEmpty') return;
    // @ts-expect-error without WithOutput nothing is known of the output
    update.output.total.toFixed();
  }
  const run = typed.watch('shop', '1');
  const { total } = await run.result();
  total.toFixed(2);
  const snapshot = run.getSnapshot();
  if (snapshot.status === 'SUCCEEDED') snapshot.output?.total.toFixed(2);
  // @ts-expect-error the projection may have left it out
  if (snapshot.status === 'SUCCEEDED') snapshot.output.total.toFixed(2);
  if (snapshot.status === 'FAILED' && snapshot.failure?.name === 'BasketEmpty') return;
}

export const percent: PerState<ShopWorkflow, number> = {
  ...{ Validate: 5, Fork: 10, Charge: 20, Receipt: 30, Reserve: 30, Each: 50, Pack: 60, Old: 70, Ship: 80 },
  ...{ 'All "there"? It\'s done': 90, Done: 100, Rejected: 100 },
};
// @ts-expect-error a table that lacks a state
export const lacking: PerState<AsConst, number> = { Validate: 5, Fork: 10 };
