// @vitest-environment jsdom
import { createStatusHooks } from '@statuswire/client/react';
import { act, type ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { isEqual } from '../../../client-sdk/src/react/selection.ts';
import { reactKit } from './support.tsx';

const kit = reactKit();

describe('selectors', () => {
  it('render only when what they pick changes', async () => {
    const { useStatus } = createStatusHooks(kit.service.client());
    let renders = 0;
    function View(): ReactElement {
      renders++;
      return <p>{useStatus('orders', 'order-1', { select: ({ status }) => status }) ?? 'none'}</p>;
    }
    const page = await kit.mount(<View />);
    await kit.advance(0);
    const before = renders;
    for (let count = 0; count < 5; count++) await act(async () => void kit.service.append({ state: `S${count}` }));
    expect(renders).toBe(before);
    await act(async () => void kit.service.append({ status: 'SUCCEEDED' }));
    expect(page.text()).toBe('SUCCEEDED');
    expect(renders).toBe(before + 1);
  });

  it('a selection put together anew each time stays the same object while its entries do', async () => {
    const { useStatus } = createStatusHooks(kit.service.client());
    const seen = new Set<unknown>();
    function View({ note }: { readonly note: string }): ReactElement {
      const picked = useStatus('orders', 'order-1', {
        select: ({ update }) => ({ status: update?.status, error: update?.error }),
      });
      seen.add(picked);
      return <p>{`${note} ${picked.status}`}</p>;
    }
    const page = await kit.mount(<View note="a" />);
    await kit.advance(0);
    seen.clear();
    await page.render(<View note="b" />);
    await act(async () => void kit.service.append({ state: 'S1' }));
    await page.render(<View note="c" />);
    expect(page.text()).toBe('c RUNNING');
    expect(seen.size).toBe(1);
  });

  it('the newest selector counts', async () => {
    const { useStatus } = createStatusHooks(kit.service.client());
    const View = ({ field }: { readonly field: 'seq' | 'id' }) => (
      <p>{String(useStatus('orders', 'order-1', { select: ({ update }) => update?.[field] }))}</p>
    );
    const page = await kit.mount(<View field="seq" />);
    await kit.advance(0);
    await page.render(<View field="id" />);
    expect(page.text()).toBe('order-1');
  });

  it('a snapshot is the same object until something changes', async () => {
    const { useStatus } = createStatusHooks(kit.service.client());
    const seen: unknown[] = [];
    const View = () => {
      seen.push(useStatus('orders', 'order-1'));
      return null;
    };
    const page = await kit.mount(<View />);
    await kit.advance(0);
    await page.render(<View />);
    await page.render(<View />);
    expect(new Set(seen.slice(-3)).size).toBe(1);
  });
});

describe('isEqual', () => {
  it.each([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [{ a: 1 }, { a: 1 }, true],
    [[1, 2], [1, 2], true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: undefined }, { b: undefined }, false],
    [[1], { 0: 1 }, false],
    [{ a: {} }, { a: {} }, false],
    [new Date(0), new Date(0), false],
    [null, {}, false],
  ])('%j and %j: %j', (a, b, equal) => {
    expect(isEqual(a, b)).toBe(equal);
    expect(isEqual(b, a)).toBe(equal);
  });
});
