import type { ReactElement } from 'react';

export function ChannelBadge({ channel }: { readonly channel: string | null }): ReactElement {
  return <span className={`badge ${channel ?? 'none'}`}>{channel ?? 'at start'}</span>;
}
