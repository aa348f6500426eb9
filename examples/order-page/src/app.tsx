import { StatusProvider } from '@statuswire/client/react';
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { NetworkControls } from './components/network-controls.tsx';
import { OrderForm } from './components/order-form.tsx';
import { OrderView } from './components/order-view.tsx';
import type { Network } from './network.ts';
import type { Placed } from './orders.ts';
import { createShopClient, type ShopClient } from './status.ts';

interface Shown {
  readonly id: string;
  readonly client: ShopClient;
}

/** The order is in the address, so that a reload, a second tab and the back button show it again. */
const orderInAddress = (): string | null => /^#([\w-]{1,80})$/.exec(location.hash)?.[1] ?? null;

export function App({ network }: { readonly network: Network }): ReactElement {
  const [shown, setShown] = useState<Shown | null>(null);

  const show = useCallback(
    (id: string | null, placed: Placed | null = null) => {
      setShown((before) => {
        if (before?.id === id) return before;
        return id === null ? null : { id, client: createShopClient(id, placed, network) };
      });
    },
    [network],
  );

  useEffect(() => {
    const follow = () => show(orderInAddress());
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [show]);

  const onPlaced = (placed: Placed) => {
    show(placed.id, placed);
    location.hash = placed.id;
  };

  return (
    <div className="page">
      <header className="top">
        <p className="brand">Statuswire</p>
        <h1>Order page</h1>
        <p className="lead">
          Place an order and watch its Step Functions execution live. Then break the network, and see that no update is
          lost, repeated or out of order.
        </p>
      </header>
      <main className="columns">
        <OrderForm onPlaced={onPlaced} />
        {shown ? (
          <StatusProvider client={shown.client} key={shown.id}>
            <OrderView id={shown.id} />
            <NetworkControls network={network} client={shown.client} />
          </StatusProvider>
        ) : (
          <section className="card empty" aria-label="No order yet">
            <p>No order yet.</p>
            <p className="quiet">It appears here as soon as one is placed.</p>
          </section>
        )}
      </main>
    </div>
  );
}
