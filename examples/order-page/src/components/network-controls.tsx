import { type ReactElement, useId, useSyncExternalStore } from 'react';
import type { Network } from '../network.ts';
import type { ShopClient } from '../status.ts';

interface NetworkControlsProps {
  readonly network: Network;
  readonly client: ShopClient;
}

/** Ways to break the network under the page. */
export function NetworkControls({ network, client }: NetworkControlsProps): ReactElement {
  const title = useId();
  const { blocked, offline, sockets } = useSyncExternalStore(network.subscribe, network.getState);

  function setOffline(on: boolean): void {
    network.setOffline(on);
    // A browser that comes back online says so; the client would hear it.
    if (!on) client.retryNow();
  }

  return (
    <section className="card network" aria-labelledby={title}>
      <h2 id={title}>Break the network</h2>
      <Switch label="Offline" hint="Nothing gets through." on={offline} onChange={setOffline} />
      <Switch
        label="Block WebSockets"
        hint="As some proxies do: polling takes over."
        on={blocked}
        onChange={network.setBlocked}
      />
      <div className="buttons">
        <button type="button" disabled={sockets === 0} onClick={network.cut}>
          Cut socket
        </button>
        <button type="button" onClick={() => client.retryNow()}>
          Retry now
        </button>
      </div>
    </section>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

function Switch({ label, hint, on, onChange }: SwitchProps): ReactElement {
  const id = useId();
  return (
    <div className="switch">
      <div>
        <label htmlFor={id}>{label}</label>
        <p className="quiet" id={`${id}-hint`}>
          {hint}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-describedby={`${id}-hint`}
        aria-checked={on}
        checked={on}
        onChange={({ target }) => onChange(target.checked)}
      />
    </div>
  );
}
