// @vitest-environment jsdom

import { StatusProvider } from '@statuswire/client/react';
import { createSuspenseHooks, useStatus } from '@statuswire/client/react/suspense';
import { act, Component, type ReactElement, type ReactNode, Suspense } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { reactKit } from './support.tsx';

const kit = reactKit();

/** In seconds, because `act` renders only at its end, and what suspended has one second to say that it is still there. */
async function wait(seconds: number): Promise<void> {
  for (let count = 0; count < seconds; count++) await kit.advance(1_000);
}

class Boundary extends Component<{ readonly children: ReactNode }, { readonly code: string | null }> {
  override state = { code: null };
  static getDerivedStateFromError = (error: { readonly code: string }) => ({ code: error.code });
  override render(): ReactNode {
    return this.state.code ?? this.props.children;
  }
}

function createPage(client = kit.service.client()) {
  let renders = 0;
  function View(): ReactElement {
    renders++;
    const { status, update } = useStatus('orders', 'order-1');
    return <p>{`${status} ${update.seq}`}</p>;
  }
  const page = (
    <StatusProvider client={client}>
      <Boundary>
        <Suspense fallback="waiting">
          <View />
        </Suspense>
      </Boundary>
    </StatusProvider>
  );
  return { page, renders: () => renders };
}

describe('useStatus for Suspense', () => {
  it('suspends until the first update, reads meanwhile, and then follows', async () => {
    const { page } = createPage();
    const mounted = await kit.mount(page, { strict: true });
    expect(mounted.text()).toBe('waiting');
    await kit.advance(0);
    expect(mounted.text()).toBe('RUNNING 1');
    await act(async () => void kit.service.append({ status: 'SUCCEEDED' }));
    expect(mounted.text()).toBe('SUCCEEDED 2');
    expect(kit.service.sockets).toHaveLength(1);
  });

  it('waits on one promise of the store, so that waiting does not render', async () => {
    kit.service.behaviour.http = 'hang';
    kit.service.behaviour.socket = 'silent';
    const { page, renders } = createPage();
    await kit.mount(page);
    const before = renders();
    await kit.advance(9_000);
    expect(renders()).toBe(before);
  });

  it('wakes everything that waits, each in a boundary of its own', async () => {
    const client = kit.service.client();
    const [first, second] = [createPage(client), createPage(client)];
    const mounted = await kit.mount(
      <>
        {first.page} {second.page}
      </>,
    );
    expect(mounted.text()).toBe('waiting waiting');
    await kit.advance(0);
    expect(mounted.text()).toBe('RUNNING 1 RUNNING 1');
  });

  it('goes on waiting for longer than what nobody waits for is kept', async () => {
    kit.service.behaviour.http = 'down';
    kit.service.behaviour.socket = 'refuse';
    const client = kit.service.client();
    const { page } = createPage(client);
    const mounted = await kit.mount(page);
    const watch = vi.spyOn(client, 'watch');
    await wait(50);
    expect(mounted.text()).toBe('waiting');
    // The same watch all the time, whose back-off goes on.
    expect(watch.mock.results.filter(({ value }) => value.getSnapshot().connection.state !== 'idle')).toEqual([]);
    kit.service.behaviour.http = 'ok';
    await wait(31);
    expect(mounted.text()).toBe('RUNNING 1');
  });

  it('what suspended and is gone is let go', async () => {
    kit.service.behaviour.http = 'down';
    kit.service.behaviour.socket = 'refuse';
    const { page } = createPage();
    const mounted = await kit.mount(page);
    await mounted.unmount();
    await kit.advance(10_000);
    await kit.advance(1_000);
    expect(kit.service.clock.pending()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('S18: throws not-found to the error boundary', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    kit.service.behaviour.exists = false;
    const { page } = createPage();
    const mounted = await kit.mount(page);
    await wait(36);
    expect(mounted.text()).toBe('not-found');
  });

  it('throws when its client is closed before anything came', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    kit.service.behaviour.http = 'hang';
    const client = kit.service.client();
    const mounted = await kit.mount(createPage(client).page);
    await act(async () => client.close());
    expect(mounted.text()).toBe('closed');
  });

  it('selects from what is known, never from nothing', async () => {
    const hooks = createSuspenseHooks(kit.service.client());
    let renders = 0;
    const View = () => {
      renders++;
      return <p>{hooks.useStatus('orders', 'order-1', { select: ({ update }) => update.status })}</p>;
    };
    const mounted = await kit.mount(
      <Suspense fallback="waiting">
        <View />
      </Suspense>,
    );
    await kit.advance(0);
    expect(mounted.text()).toBe('RUNNING');
    const before = renders;
    await act(async () => void kit.service.append({ state: 'S1' }));
    expect(renders).toBe(before);
  });
});
