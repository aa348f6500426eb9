// @vitest-environment jsdom
import { createStatusHooks } from '@statuswire/client/react';
import { act, type ReactElement } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { closeDelayMs, reactKit } from './support.tsx';

const kit = reactKit();

function createPage() {
  const client = kit.service.client();
  const { useStatus, useUpdates, useConnection, useWatch } = createStatusHooks(client);
  function Page(): ReactElement {
    const { update } = useStatus('orders', 'order-1');
    const arrivals = useUpdates('orders', 'order-1');
    const watch = useWatch('orders', 'order-1');
    const { signal } = useConnection();
    return <p>{[update?.seq, arrivals.length, watch?.id, signal].join(' ')}</p>;
  }
  return { client, Page };
}

const openSockets = () => kit.service.sockets.filter((socket) => socket.isOpen()).length;

/** Listeners on window and document, those with a signal too. */
function countListeners(): () => number {
  let count = 0;
  for (const target of [window, document]) {
    const { addEventListener, removeEventListener } = target;
    vi.spyOn(target, 'addEventListener').mockImplementation((...args: Parameters<typeof addEventListener>) => {
      count++;
      const options = args[2];
      if (typeof options === 'object') options.signal?.addEventListener('abort', () => count--);
      return addEventListener.apply(target, args);
    });
    vi.spyOn(target, 'removeEventListener').mockImplementation((...args: Parameters<typeof addEventListener>) => {
      count--;
      return removeEventListener.apply(target, args);
    });
  }
  return () => count;
}

describe('how long a watch lives', () => {
  it('leaves nothing behind: no timer, listener, watch or socket', async () => {
    const { Page } = createPage();
    // React itself listens once per document.
    await (await kit.mount(<p>first</p>)).unmount();
    const listeners = countListeners();
    const page = await kit.mount(<Page />, { strict: true });
    await kit.advance(0);
    await act(async () => void kit.service.append());
    expect(page.text()).toBe('2 2 order-1 ');
    expect(openSockets()).toBe(1);
    expect(listeners()).toBeGreaterThan(0);
    await page.unmount();
    // The client keeps an idle socket for a second of its own, on its own clock, which moves after that of the bindings.
    await kit.advance(closeDelayMs);
    expect(openSockets()).toBe(0);
    expect(kit.service.clock.pending()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners()).toBe(0);
  });

  it('a remount within the close delay finds everything as it was', async () => {
    const { Page } = createPage();
    const page = await kit.mount(<Page />);
    await kit.advance(0);
    const pulls = kit.service.pulls();
    await page.unmount();
    await kit.advance(closeDelayMs - 1);
    const again = await kit.mount(<Page />);
    expect(again.text()).toBe('1 1 order-1 ');
    expect(kit.service.pulls()).toBe(pulls);
    expect(kit.service.sockets).toHaveLength(1);
  });

  it('a later one starts anew, and never shows what was known before', async () => {
    const { Page } = createPage();
    const page = await kit.mount(<Page />);
    await kit.advance(0);
    await page.unmount();
    await kit.advance(closeDelayMs);
    const again = await kit.mount(<Page />);
    expect(again.text()).toBe(' 0 order-1 ');
    await kit.advance(0);
    expect(again.text()).toBe('1 1 order-1 ');
  });

  it('what was rendered and never mounted is let go', async () => {
    const { client } = createPage();
    const { useStatus } = createStatusHooks(client);
    const View = (): ReactElement => {
      useStatus('orders', 'order-1');
      throw new Error('never mounted');
    };
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await expect(kit.mount(<View />)).rejects.toThrow('never mounted');
    await kit.advance(closeDelayMs);
    expect(kit.service.clock.pending()).toBe(0);
    expect(openSockets()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a closed client ends what is shown, and what is mounted later', async () => {
    const { client } = createPage();
    const { useStatus } = createStatusHooks(client);
    const View = () => <p>{useStatus('orders', 'order-1').connection.state}</p>;
    const page = await kit.mount(<View />);
    await kit.advance(0);
    await act(async () => client.close());
    expect(page.text()).toBe('closed');
    await page.unmount();
    await kit.advance(closeDelayMs);
    expect((await kit.mount(<View />)).text()).toBe('closed');
  });
});
