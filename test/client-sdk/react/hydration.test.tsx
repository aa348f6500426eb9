// @vitest-environment jsdom
import { createStatusHooks } from '@statuswire/client/react';
import { act, type ReactElement } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import type { ReadOptions } from '../../../client-sdk/src/react/index.ts';
import { createFakeService } from '../support/fake-service.ts';
import { reactKit } from './support.tsx';

const kit = reactKit();

function pageOf(client: ReturnType<typeof kit.service.client>, initial: ReadOptions['initial']) {
  const { useStatus, useUpdates, useConnection, useWatch } = createStatusHooks(client);
  return function Page(): ReactElement {
    const snapshot = useStatus('orders', 'order-1', { initial });
    const { length } = useUpdates('orders', 'order-1', { initial });
    const { state, since } = snapshot.connection;
    const watch = useWatch('orders', 'order-1', { initial });
    return (
      <p>
        {snapshot.status ?? 'none'} {snapshot.update?.seq} {state} {since} {length} {useConnection().signal}
        {watch?.id}
      </p>
    );
  };
}

describe('rendering on a server', () => {
  it.each([
    ['an update', 'update'],
    ['a snapshot', 'snapshot'],
    ['nothing', 'none'],
  ])('hydrates without a warning from %s, and goes on from there', async (_, kind) => {
    const errors = vi.spyOn(console, 'error');
    const update = kit.service.log.append();
    const seen = kit.service.client().watch('orders', 'order-1', { initial: update }).getSnapshot();
    const initial = kind === 'update' ? update : kind === 'snapshot' ? seen : null;

    const onServer = createFakeService();
    const Rendered = pageOf(onServer.client(), initial);
    const html = renderToString(<Rendered />);
    expect(html).toContain(initial ? 'RUNNING' : 'none');
    expect([onServer.requests, onServer.sockets, onServer.clock.pending()]).toEqual([[], [], 0]);

    // Later, elsewhere, with what came over as JSON.
    await vi.advanceTimersByTimeAsync(5_000);
    await kit.service.clock.advance(5_000);
    kit.service.log.append();
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = html;
    const Page = pageOf(kit.service.client(), JSON.parse(JSON.stringify(initial)));
    const recovered: unknown[] = [];
    const root = await act(async () =>
      hydrateRoot(container, <Page />, { onRecoverableError: (error) => recovered.push(error) }),
    );
    await kit.advance(0);
    expect(container.textContent).toContain('RUNNING 3 live');
    expect(recovered).toEqual([]);
    expect(errors).not.toHaveBeenCalled();
    if (initial) expect(kit.service.requests.some(({ path }) => path.includes(`after=${update.cursor}`))).toBe(true);
    await act(async () => root.unmount());
    container.remove();
  });

  it('what is rendered first in the browser shows the initial update at once', async () => {
    const initial = kit.service.log.append();
    const client = kit.service.client();
    const { useStatus } = createStatusHooks(client);
    const First = () => <>{useStatus('orders', 'order-1').status ?? 'none'}</>;
    const Second = () => <>{useStatus('orders', 'order-1', { initial }).status ?? 'none'}</>;
    const page = await kit.mount(
      <p>
        <First /> <Second />
      </p>,
    );
    // The first began the watch they share, without anything to show; the second has it all the same.
    expect(page.text()).toMatch(/ RUNNING$/);
  });
});
