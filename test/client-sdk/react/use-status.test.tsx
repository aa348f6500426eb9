// @vitest-environment jsdom
import { createStatusHooks, StatusProvider, useStatus } from '@statuswire/client/react';
import { act, type ReactElement } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { reactKit } from './support.tsx';

const kit = reactKit();

/** Shows `RUNNING 2`, and counts its renders. */
function createView() {
  const seen: string[] = [];
  function View({
    id = 'order-1',
    skip = false,
  }: {
    readonly id?: string | null;
    readonly skip?: boolean;
  }): ReactElement {
    const { status, update } = useStatus('orders', id, skip ? 'skip' : {});
    const text = `${status ?? 'none'} ${update?.seq ?? 0}`;
    seen.push(text);
    return <p>{text}</p>;
  }
  return { View, seen };
}

const none = createView();

describe('useStatus', () => {
  it('S16: shows the latest, then every change', async () => {
    const { View, seen } = createView();
    kit.service.log.append();
    const page = await kit.mount(
      <StatusProvider client={kit.service.client()}>
        <View />
      </StatusProvider>,
    );
    await kit.advance(0);
    expect(page.text()).toBe('RUNNING 2');
    await act(async () => void kit.service.append({ status: 'SUCCEEDED' }));
    expect(page.text()).toBe('SUCCEEDED 3');
    expect(new Set(seen)).toEqual(new Set(['none 0', 'RUNNING 2', 'SUCCEEDED 3']));
  });

  it('N1: a catch-up of many updates renders once', async () => {
    kit.service.behaviour.socket = 'refuse';
    const { View, seen } = createView();
    await kit.mount(
      <StatusProvider client={kit.service.client({ channels: 'polling' })}>
        <View />
      </StatusProvider>,
    );
    await kit.advance(0);
    for (let count = 0; count < 20; count++) kit.service.log.append();
    const before = seen.length;
    await kit.advance(2_000);
    expect(seen.slice(before)).toEqual(['RUNNING 21']);
  });

  it('ten components share one watch, in one subscription on one socket', async () => {
    const client = kit.service.client();
    const watch = vi.spyOn(client, 'watch');
    const { View } = createView();
    const page = await kit.mount(
      <StatusProvider client={client}>
        {Array.from({ length: 10 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never move
          <View key={index} />
        ))}
      </StatusProvider>,
    );
    await kit.advance(0);
    expect(page.text()).toBe('RUNNING 1'.repeat(10));
    expect(kit.service.sockets).toHaveLength(1);
    expect(kit.service.sockets[0]?.subscriptions.size).toBe(1);
    // The handles that only say what to show at rest do no I/O.
    expect(watch.mock.results.filter(({ value }) => value.getSnapshot().connection.state !== 'idle')).toHaveLength(1);
  });

  it('StrictMode, which mounts twice, opens one socket and reads once', async () => {
    const { View } = createView();
    const page = await kit.mount(
      <StatusProvider client={kit.service.client()}>
        <View />
      </StatusProvider>,
      { strict: true },
    );
    await kit.advance(0);
    expect(page.text()).toBe('RUNNING 1');
    expect(kit.service.sockets).toHaveLength(1);
    expect(kit.service.requests.filter(({ path }) => path.startsWith('/.well-known'))).toHaveLength(1);
    expect(kit.service.sockets[0]?.received.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  });

  it.each([
    ['no id', <none.View key="a" id={null} />],
    ["'skip'", <none.View key="b" skip />],
  ])('reads nothing for %s', async (_, element) => {
    const page = await kit.mount(<StatusProvider client={kit.service.client()}>{element}</StatusProvider>);
    await kit.advance(60_000);
    expect(page.text()).toBe('none 0');
    expect(kit.service.requests).toEqual([]);
    expect(kit.service.clock.pending()).toBe(0);
  });

  it('reads nothing while not enabled, then begins, and stops again', async () => {
    const client = kit.service.client();
    const hooks = createStatusHooks(client);
    const View = ({ enabled }: { readonly enabled: boolean }) => (
      <p>{hooks.useStatus({ workflow: 'orders', id: 'order-1' }, { enabled }).status ?? 'none'}</p>
    );
    const page = await kit.mount(<View enabled={false} />);
    await kit.advance(0);
    expect(kit.service.requests).toEqual([]);
    await page.render(<View enabled />);
    await kit.advance(0);
    expect(page.text()).toBe('RUNNING');
    await page.render(<View enabled={false} />);
    expect(page.text()).toBe('none');
    await kit.advance(3_000);
    expect(kit.service.sockets.some((socket) => socket.isOpen())).toBe(false);
  });

  it('another id never flashes what the one before showed', async () => {
    const { View, seen } = createView();
    const client = kit.service.client();
    const page = await kit.mount(<StatusProvider client={client}>{<View />}</StatusProvider>);
    await kit.advance(0);
    const before = seen.length;
    await page.render(<StatusProvider client={client}>{<View id="order-2" />}</StatusProvider>);
    await kit.advance(0);
    expect(new Set(seen.slice(before))).toEqual(new Set(['none 0']));
  });

  it('a component that leaves during an update is not called, and takes nobody with it', async () => {
    const { View, seen } = createView();
    const client = kit.service.client();
    function Parent(): ReactElement {
      const { update } = useStatus('orders', 'order-1', { client });
      return <>{update && update.seq > 1 ? 'gone ' : <View />}</>;
    }
    const page = await kit.mount(
      <StatusProvider client={client}>
        <Parent />
        <View />
      </StatusProvider>,
    );
    await kit.advance(0);
    const errors = vi.spyOn(console, 'error');
    await act(async () => void kit.service.append());
    await act(async () => void kit.service.append());
    expect(page.text()).toBe('gone RUNNING 3');
    expect(seen.at(-1)).toBe('RUNNING 3');
    expect(errors).not.toHaveBeenCalled();
  });

  it('S18: an execution that is not there is the error of the snapshot, until it is', async () => {
    kit.service.behaviour.exists = false;
    const client = kit.service.client();
    const View = () => {
      const { error, status } = useStatus('orders', 'order-1', { client });
      return <p>{error?.code ?? status ?? 'none'}</p>;
    };
    const page = await kit.mount(<View />);
    await kit.advance(31_000);
    expect(page.text()).toBe('not-found');
    kit.service.behaviour.exists = true;
    await kit.advance(61_000);
    expect(page.text()).toBe('RUNNING');
  });

  it('without any client it says what to do', async () => {
    const { View } = createView();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await expect(kit.mount(<View />)).rejects.toThrow('no client. Wrap the component in <StatusProvider');
  });
});
