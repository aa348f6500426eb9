import { createStatusClient, type StatusClient } from '@statuswire/client';
import { createStatusHooks, type WorkflowsOf } from '@statuswire/client/react';
import { createSuspenseHooks } from '@statuswire/client/react/suspense';
import { describe, expectTypeOf, it } from 'vitest';

const orders = {
  StartAt: 'Pay',
  States: { Pay: { Type: 'Task', Next: 'Ship' }, Ship: { Type: 'Task', End: true } },
} as const;
type Client = StatusClient<{ readonly orders: typeof orders }>;

const client: Client = createStatusClient({ url: 'https://status.test' });
const hooks = createStatusHooks(client);
const suspense = createSuspenseHooks<Client>();

// Never called: only their types are looked at.
const inComponent = () => {
  const snapshot = hooks.useStatus('orders', 'o-1');
  const named = hooks.useStatus({ workflow: 'orders', id: 'o-1' });
  const seq = hooks.useStatus('orders', null, { select: ({ update }) => update?.seq });
  const [arrival] = hooks.useUpdates('orders', 'o-1', 'skip');
  const known = suspense.useStatus('orders', 'o-1');
  // @ts-expect-error: no such workflow
  hooks.useStatus('parcels', 'o-1');
  // @ts-expect-error: Suspense has nothing to show without an id
  suspense.useStatus('orders', null);
  return { snapshot, named, seq, arrival, known };
};
type Shown = ReturnType<typeof inComponent>;

describe('types', () => {
  it('come from the client, be it given or only its type', () => {
    expectTypeOf<WorkflowsOf<typeof client>>().toEqualTypeOf<{ readonly orders: typeof orders }>();
    const byType: ReturnType<typeof createStatusHooks<Client>> = hooks;
    expectTypeOf(byType).toEqualTypeOf(hooks);
  });

  it('know the states of the workflow, and the snapshot by its status', () => {
    type State = NonNullable<NonNullable<Shown['snapshot']['update']>['state']>;
    expectTypeOf<'Pay'>().toExtend<State>();
    expectTypeOf<Shown['named']>().toEqualTypeOf<Shown['snapshot']>();
    expectTypeOf<Extract<Shown['snapshot'], { readonly status: 'SUCCEEDED' }>>().toHaveProperty('output');
    expectTypeOf<Extract<Shown['snapshot'], { readonly status: 'RUNNING' }>>().not.toHaveProperty('output');
    expectTypeOf<Shown['seq']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<NonNullable<Shown['arrival']>['update']['seq']>().toEqualTypeOf<number>();
  });

  it('for Suspense there is always an update', () => {
    expectTypeOf<Shown['known']['update']['seq']>().toEqualTypeOf<number>();
  });
});
