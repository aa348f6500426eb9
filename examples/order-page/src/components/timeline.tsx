import type { Arrival } from '@statuswire/client/react';
import { type ReactElement, useId } from 'react';
import { readable } from '../steps.ts';
import { textOf } from '../text.ts';
import { ChannelBadge } from './channel-badge.tsx';

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** What an update changed. */
function describe({ update }: Arrival): string {
  const { kind, status, state, progress, redriveCount } = update;
  if (kind === 'progress') return textOf(progress?.message ?? `${textOf(progress?.percent)} %`);
  if (kind === 'state' && state) return readable(state);
  if (status === 'RUNNING' && redriveCount > 0) return 'Redriven';
  return readable(
    textOf(status)
      .toLowerCase()
      .replace(/^./, (letter) => letter.toUpperCase()),
  ).replaceAll('_', ' ');
}

/** Every update of the order, newest last, with its place in the log and the channel it came by. */
export function Timeline({ arrivals }: { readonly arrivals: readonly Arrival[] }): ReactElement {
  const title = useId();
  return (
    <div className="timeline">
      <h3 id={title}>Updates</h3>
      <ol aria-labelledby={title}>
        {arrivals.map((arrival) => {
          const { update, channel, at } = arrival;
          return (
            <li key={`${update.epoch}.${update.seq}`} data-seq={update.seq} className={update.kind}>
              <span className="seq" title="Place in the log">
                {update.seq}
              </span>
              <span className="what">
                {describe(arrival)}
                {update.skipped && <em> (earlier ones are gone from the log)</em>}
              </span>
              <ChannelBadge channel={channel} />
              <time dateTime={new Date(at).toISOString()}>{time.format(at)}</time>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
