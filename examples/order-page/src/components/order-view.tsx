import type { StatusSnapshot } from '@statuswire/client';
import { type ReactElement, useEffect, useId, useRef } from 'react';
import { reading, useStatus, useUpdates } from '../status.ts';
import { stepsOf } from '../steps.ts';
import { textOf } from '../text.ts';
import { ConnectionLine } from './connection-line.tsx';
import { Failure, Receipt } from './outcome.tsx';
import { Stepper } from './stepper.tsx';
import { Timeline } from './timeline.tsx';

const labels = {
  PENDING: 'Accepted',
  RUNNING: 'In progress',
  PENDING_REDRIVE: 'Starting again',
  SUCCEEDED: 'On its way',
  FAILED: 'Failed',
  TIMED_OUT: 'Timed out',
  ABORTED: 'Cancelled',
} as const;

const tones: { readonly [status: string]: string } = {
  SUCCEEDED: 'good',
  FAILED: 'bad',
  TIMED_OUT: 'bad',
  ABORTED: 'bad',
};

export function OrderView({ id }: { readonly id: string }): ReactElement {
  const title = useId();
  const card = useRef<HTMLElement>(null);
  // In one column it appears below the form, out of sight.
  useEffect(() => {
    if (matchMedia('(width < 52rem)').matches) card.current?.scrollIntoView();
  }, []);
  const snapshot = useStatus('orders', id, reading);
  const arrivals = useUpdates('orders', id, reading);
  const { update, status } = snapshot;
  const visited = arrivals.map((arrival) => arrival.update.state ?? '');
  const steps = stepsOf(update ?? { status: 'PENDING', state: null }, visited);
  const label = status ? (labels[status] ?? textOf(status)) : 'Looking for it';
  // What is read out: each change of the status, with what the shop says about it.
  const message = update?.progress?.message;
  const spoken = message ? `${label}. ${textOf(message)}` : label;

  return (
    <section className="card order" ref={card} aria-labelledby={title}>
      <div className="heading">
        <div>
          <h2 id={title}>Your order</h2>
          <p className="quiet id">{id}</p>
        </div>
        <span className={`pill ${tones[status ?? ''] ?? 'busy'}`}>{label}</span>
      </div>
      <p className="hidden" role="status">
        {spoken}
      </p>
      <ConnectionLine id={id} />
      <Stepper steps={steps} />
      <Progress {...snapshot} />
      {snapshot.status === 'SUCCEEDED' && <Receipt output={snapshot.output} />}
      {update?.error && <Failure id={id} name={update.error.name} cause={update.error.cause} />}
      {snapshot.error && !snapshot.error.retryable && <p className="problem">{snapshot.error.message}</p>}
      <Timeline arrivals={arrivals} />
    </section>
  );
}

function Progress({ status, update }: StatusSnapshot): ReactElement {
  const arrived = status === 'SUCCEEDED';
  const percent = Number(update?.progress?.percent) || 0;
  return (
    <div className="progress">
      <progress aria-label="Progress of the order" max={100} value={arrived ? 100 : percent} />
      <p className="quiet">
        {arrived ? 'Handed over to the carrier' : textOf(update?.progress?.message ?? 'Waiting for the shop')}
      </p>
    </div>
  );
}
