import { type ReactElement, useEffect, useState } from 'react';
import { reading, useConnection, useStatus, useWatch } from '../status.ts';
import { ChannelBadge } from './channel-badge.tsx';

const words = {
  idle: 'Not watching',
  connecting: 'Connecting',
  live: 'Live',
  degraded: 'Live',
  offline: 'Offline',
  closed: 'Finished',
} as const;

/** How the page is connected, and why so; and what people need to know of it, which is much less. */
export function ConnectionLine({ id }: { readonly id: string }): ReactElement {
  const connection = useStatus('orders', id, { ...reading, select: (snapshot) => snapshot.connection });
  const watch = useWatch('orders', id, reading);
  const { signal } = useConnection();
  useEverySecond();
  return (
    <div className={`connection ${connection.state}`}>
      <p>
        <span className="dot" aria-hidden="true" />
        <strong>{words[connection.state]}</strong>
        {connection.channel && <ChannelBadge channel={connection.channel} />}
      </p>
      <p className="quiet explain">{watch?.explain()}</p>
      <p className="signal" role="status">
        {signal === 'lost' && 'The connection is lost. What is shown may be old; it goes on by itself.'}
        {signal === 'restored' && 'The connection is back, and nothing was missed.'}
      </p>
    </div>
  );
}

/** The explanation counts seconds. */
function useEverySecond(): void {
  const [, render] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => render((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
}
