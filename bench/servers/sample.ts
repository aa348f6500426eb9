import type { Update } from '../../core/contract.ts';
import { makeUpdate } from '../../test/support/make-update.ts';

export const epoch = '01JD0000000000000000000001';

/** An update as a running execution has them; about 560 bytes of JSON. */
export const sampleUpdate = (seq: number, id = 'order-0'): Update =>
  makeUpdate({
    id,
    epoch,
    seq,
    kind: 'progress',
    state: 'PackAndShip',
    activeStates: ['PackAndShip'],
    progress: { percent: seq % 100, message: 'Packing the parcel' },
  });
