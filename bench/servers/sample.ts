import type { Update } from '../../core/contract.ts';
import { encodeCursor } from '../../core/cursor.ts';

export const epoch = '01JD0000000000000000000001';

/** An update as a running execution has them; about 560 bytes of JSON. */
export function sampleUpdate(seq: number, id = 'order-0'): Update {
  return {
    tenant: 'default',
    workflow: 'orders',
    id,
    epoch,
    seq,
    cursor: encodeCursor({ epoch, seq }),
    kind: 'progress',
    status: 'RUNNING',
    done: false,
    state: 'PackAndShip',
    activeStates: ['PackAndShip'],
    progress: { percent: seq % 100, message: 'Packing the parcel' },
    output: null,
    outputOmitted: false,
    error: null,
    redriveCount: 0,
    startedAt: '2026-11-20T10:00:00.000Z',
    stoppedAt: null,
    occurredAt: '2026-11-20T10:00:00.000Z',
    recordedAt: '2026-11-20T10:00:00.100Z',
  };
}
