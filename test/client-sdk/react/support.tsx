import { act, type ReactElement, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, vi } from 'vitest';
import { createFakeService, type FakeService } from '../support/fake-service.ts';

export interface Mounted {
  readonly container: HTMLElement;
  readonly root: Root;
  text(): string;
  render(element: ReactElement): Promise<void>;
  unmount(): Promise<void>;
}

export interface ReactKit {
  service: FakeService;
  mount(element: ReactElement, how?: { readonly strict?: boolean }): Promise<Mounted>;
  /** Moves the clocks of the client and of the bindings. */
  advance(ms: number): Promise<void>;
}

/** How long the bindings keep a watch that nobody uses. */
export const closeDelayMs = 1_000;

/** React with `act`, on a fake service and a fake clock, for each test anew. */
export function reactKit(): ReactKit {
  let mounted: Mounted[] = [];
  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    kit.service = createFakeService();
    kit.service.log.append();
  });
  afterEach(async () => {
    for (const each of mounted) await each.unmount();
    mounted = [];
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const kit: ReactKit = {
    service: createFakeService(),
    async advance(ms) {
      await act(async () => {
        await vi.advanceTimersByTimeAsync(ms);
        await kit.service.clock.advance(ms);
      });
    },
    async mount(element, { strict = false } = {}) {
      const container = document.body.appendChild(document.createElement('div'));
      const root = createRoot(container);
      let gone = false;
      const wrap = (inner: ReactElement) => (strict ? <StrictMode>{inner}</StrictMode> : inner);
      const self: Mounted = {
        container,
        root,
        text: () => container.textContent ?? '',
        render: (next) => act(async () => root.render(wrap(next))),
        async unmount() {
          if (gone) return;
          gone = true;
          await act(async () => root.unmount());
          container.remove();
        },
      };
      mounted.push(self);
      await self.render(element);
      return self;
    },
  };
  return kit;
}
