// @vitest-environment jsdom
import { StatusProvider } from '@statuswire/client/react';
import fc from 'fast-check';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Update } from '../../../core/contract.ts';
import { reactKit } from './support.tsx';

/** The page reads where it is served when it is loaded. */
const load = async () => ({
  ...(await import('../../../examples/order-page/src/components/outcome.tsx')),
  ...(await import('../../../examples/order-page/src/components/timeline.tsx')),
  ...(await import('../../../examples/order-page/src/components/order-view.tsx')),
});
let page: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  page = await load();
});

const deep = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => ({ inner }), 1);
const odd: readonly unknown[] = [
  null,
  0,
  -1,
  Number.MAX_VALUE,
  true,
  '',
  'a'.repeat(100_000),
  [],
  [[{}]],
  {},
  deep(1_000),
];
const kit = reactKit();

describe('the order page survives', () => {
  const shows = (element: ReactElement): void => {
    expect(renderToStaticMarkup(element)).not.toContain('[object Object]');
  };

  it('any output', () => {
    const { Receipt } = page;
    for (const value of [...odd, undefined, deep(100_000)]) {
      shows(<Receipt output={value} />);
      shows(<Receipt output={{ total: value, trackingNumber: value }} />);
    }
    fc.assert(fc.property(fc.jsonValue(), (total) => shows(<Receipt output={{ total, trackingNumber: total }} />)));
    expect(renderToStaticMarkup(<Receipt output={{ total: 42, trackingNumber: 'T-1' }} />)).toContain('€42.00');
  });

  it('any error', () => {
    const { Failure } = page;
    const causes = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ errorMessage: value })),
    );
    fc.assert(fc.property(causes, (cause) => shows(<Failure id="o" name={null} cause={cause} />)));
    for (const value of odd)
      shows(<Failure id="o" name={value as string} cause={JSON.stringify({ errorMessage: value })} />);
  });

  it.each(odd.map((value, index) => [index, value] as const))(
    'wrong types in every field that it reads (%i)',
    async (_, value) => {
      const wrong = value as never;
      for (const change of [
        { status: 'SUCCEEDED', done: true, output: wrong },
        { status: 'SUCCEEDED', done: true, output: { total: wrong, trackingNumber: wrong } as never },
        { status: 'FAILED', done: true, error: { name: wrong, cause: wrong } },
        { status: 'FAILED', done: true, error: wrong },
        { kind: 'progress', progress: { percent: wrong, message: wrong } },
        { kind: 'progress', progress: wrong },
        { kind: 'state', state: wrong, activeStates: wrong },
        { redriveCount: wrong, kind: wrong },
      ] satisfies Partial<Update>[]) {
        const { OrderView } = page;
        kit.service.log.append(change);
        const view = await kit.mount(
          <StatusProvider client={kit.service.client()}>
            <OrderView id="order-1" />
          </StatusProvider>,
        );
        await kit.advance(2_000);
        expect(view.container.querySelectorAll('[data-seq]').length).toBe(kit.service.log.updates.length);
        await view.unmount();
      }
    },
  );
});
