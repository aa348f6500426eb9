// @vitest-environment jsdom
import { createStatusHooks } from '@statuswire/client/react';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { createHumanSignal } from '../../../client-sdk/src/react/human-signal.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { reactKit } from './support.tsx';

function createSignal() {
  const clock = createFakeClock();
  const signal = createHumanSignal(clock, () => undefined);
  const said: (string | null)[] = [];
  signal.subscribe(() => said.push(signal.get().signal));
  return { clock, signal, said };
}

describe('the human signal', () => {
  it('says nothing of what is back within 5 s, however often', async () => {
    const { clock, signal, said } = createSignal();
    for (let count = 0; count < 10; count++) {
      signal.report(false);
      await clock.advance(4_999);
      signal.report(true);
      await clock.advance(10);
    }
    expect(said).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('says lost once after 5 s, restored once, and then nothing', async () => {
    const { clock, signal, said } = createSignal();
    const brokeAt = clock.now();
    signal.report(false);
    await clock.advance(3_000);
    signal.report(false);
    await clock.advance(2_000);
    expect(signal.get()).toMatchObject({ signal: 'lost', since: brokeAt });
    signal.report(false);
    await clock.advance(60_000);
    signal.report(true);
    signal.report(true);
    expect(signal.get().since).toBeNull();
    await clock.advance(3_999);
    signal.report(true);
    expect(said).toEqual(['lost', 'restored']);
    await clock.advance(1);
    expect(said).toEqual(['lost', 'restored', null]);
    expect(clock.pending()).toBe(0);
  });

  it('takes good news back when it breaks again', async () => {
    const { clock, signal, said } = createSignal();
    signal.report(false);
    await clock.advance(5_000);
    signal.report(true);
    signal.report(false);
    await clock.advance(5_000);
    expect(said).toEqual(['lost', 'restored', null, 'lost']);
  });

  it('forgets everything when nothing is read any more', async () => {
    const { clock, signal, said } = createSignal();
    signal.report(false);
    await clock.advance(5_000);
    signal.report(null);
    expect(said).toEqual(['lost', null]);
    signal.report(false);
    signal.report(null);
    expect(clock.pending()).toBe(0);
  });
});

describe('useConnection', () => {
  const kit = reactKit();

  it('tells of what is shown, and nothing once it is gone', async () => {
    const { useStatus, useConnection } = createStatusHooks(kit.service.client());
    const Order = () => <>{useStatus('orders', 'order-1').status}</>;
    const Page = ({ shown }: { readonly shown: boolean }) => (
      <p>
        {useConnection().signal ?? 'calm'} {shown && <Order />}
      </p>
    );
    const page = await kit.mount(<Page shown />);
    await kit.advance(0);
    expect(page.text()).toBe('calm RUNNING');
    kit.service.behaviour.http = 'down';
    kit.service.behaviour.socket = 'refuse';
    await act(async () => kit.service.sockets[0]?.end(1006));
    await kit.advance(12_000);
    await kit.advance(5_000);
    expect(page.text()).toBe('lost RUNNING');
    kit.service.behaviour.http = 'ok';
    kit.service.behaviour.socket = 'ok';
    await kit.advance(30_000);
    expect(page.text()).toBe('restored RUNNING');
    await kit.advance(4_000);
    expect(page.text()).toBe('calm RUNNING');
    await page.render(<Page shown={false} />);
    await kit.advance(1_000);
    expect(page.text()).toBe('calm ');
  });
});
