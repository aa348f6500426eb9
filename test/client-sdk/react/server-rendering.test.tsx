import { createStatusHooks } from '@statuswire/client/react';
import { createSuspenseHooks } from '@statuswire/client/react/suspense';
import { Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeService } from '../support/fake-service.ts';

afterEach(() => {
  vi.resetModules();
});

describe('on a server', () => {
  it('importing has no effect', async () => {
    vi.resetModules();
    const fetch = vi.spyOn(globalThis, 'fetch');
    const setTimeout = vi.spyOn(globalThis, 'setTimeout');
    await import('../../../client-sdk/src/react/index.ts');
    await import('../../../client-sdk/src/react/suspense.ts');
    expect(fetch).not.toHaveBeenCalled();
    expect(setTimeout.mock.calls.filter(([, ms]) => ms !== undefined && ms >= 1_000)).toEqual([]);
    vi.restoreAllMocks();
  });

  it('nothing is read', () => {
    const service = createFakeService();
    service.log.append();
    const { useStatus } = createStatusHooks(service.client());
    const View = () => <p>{useStatus('orders', 'order-1').status ?? 'none'}</p>;
    expect(renderToString(<View />)).toBe('<p>none</p>');
    expect(service.clock.pending()).toBe(0);
    expect(service.requests).toEqual([]);
  });

  it('Suspense leaves its fallback in the page, unless there is an initial update', () => {
    const service = createFakeService();
    const initial = service.log.append();
    const { useStatus } = createSuspenseHooks(service.client());
    const View = ({ given }: { readonly given: boolean }) => (
      <p>{useStatus('orders', 'order-1', given ? { initial } : {}).status}</p>
    );
    const page = (given: boolean) =>
      renderToString(
        <Suspense fallback={<i>wait</i>}>
          <View given={given} />
        </Suspense>,
      );
    expect(page(false)).toContain('<i>wait</i>');
    expect(page(true)).toContain('<p>RUNNING</p>');
    expect(service.clock.pending()).toBe(0);
  });
});
