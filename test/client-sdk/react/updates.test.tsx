// @vitest-environment jsdom
import { createStatusHooks } from '@statuswire/client/react';
import { act, type ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { reactKit } from './support.tsx';

const kit = reactKit();

describe('useUpdates', () => {
  function createList() {
    const { useUpdates } = createStatusHooks(kit.service.client());
    let renders = 0;
    const List = (): ReactElement => {
      renders++;
      const arrivals = useUpdates('orders', 'order-1');
      return <p>{arrivals.map(({ update, channel }) => `${update.seq}${channel?.[0]}`).join(' ')}</p>;
    };
    return { List, renders: () => renders };
  }

  it('G2, G3: has every update from the first on, once, in order, with the channel it came by', async () => {
    const { List } = createList();
    kit.service.log.append();
    const page = await kit.mount(<List />, { strict: true });
    await kit.advance(0);
    // Lost on the way, so that a gap has to be filled by pulling.
    kit.service.behaviour.dropPushes = true;
    await act(async () => void kit.service.append());
    kit.service.behaviour.dropPushes = false;
    await act(async () => void kit.service.append());
    await kit.advance(0);
    expect(page.text().replace(/[a-z]/g, '')).toBe('1 2 3 4');
    expect(page.text()).toMatch(/4s$/);
  });

  it('a page that is read at once renders once', async () => {
    for (let count = 0; count < 30; count++) kit.service.log.append();
    const { List, renders } = createList();
    const before = renders();
    const page = await kit.mount(<List />);
    await kit.advance(0);
    expect(page.text().split(' ')).toHaveLength(31);
    // Mounting, the snapshot's own changes, and the list.
    expect(renders() - before).toBeLessThanOrEqual(4);
  });

  it('begins with what the server rendered, and goes on after it', async () => {
    const { useUpdates } = createStatusHooks(kit.service.client());
    const initial = kit.service.log.append();
    kit.service.log.append();
    const List = () => (
      <p>
        {useUpdates('orders', 'order-1', { initial })
          .map(({ update, channel }) => `${update.seq} ${channel}`)
          .join(', ')}
      </p>
    );
    const page = await kit.mount(<List />);
    await kit.advance(0);
    expect(page.text()).toMatch(/^2 null, 3 (polling|subscription)$/);
  });
});

describe('useWatch', () => {
  it('gives the one watch that the others share, and nothing where nothing is read', async () => {
    const { useWatch, useStatus } = createStatusHooks(kit.service.client());
    const View = ({ id }: { readonly id: string | null }) => {
      useStatus('orders', id);
      return <p>{useWatch('orders', id)?.getSnapshot().status ?? 'none'}</p>;
    };
    const page = await kit.mount(<View id={null} />);
    expect(page.text()).toBe('none');
    await page.render(<View id="order-1" />);
    await kit.advance(0);
    await page.render(<View id="order-1" />);
    expect(page.text()).toBe('RUNNING');
    expect(kit.service.sockets[0]?.subscriptions.size).toBe(1);
  });
});
