import type { Update } from '../../../core/contract.ts';
import { makeUpdate } from '../../support/make-update.ts';

const rich: Partial<Update> = {
  kind: 'progress',
  state: 'Pack',
  activeStates: ['Pack', 'Ship'],
  progress: { percent: 12.5, message: 'Packing “42”' },
  startedAt: null,
};
const ends: Partial<Update> = { status: 'SUCCEEDED', output: { total: 42, note: '"quoted"', none: null } };

/** What is published, in this order: four executions of two tenants and two workflows, mixed. */
export const published: readonly Update[] = [
  makeUpdate({ id: 'one', seq: 1 }),
  makeUpdate({ id: 'two', seq: 1 }),
  makeUpdate({ id: 'one', seq: 1, tenant: 'other' }),
  makeUpdate({ id: 'one', seq: 1, workflow: 'parcels' }),
  makeUpdate({ id: 'one', seq: 2, ...rich }),
  makeUpdate({ id: 'two', seq: 2, status: 'RUNNING', error: { name: 'Boom', cause: null } }),
  makeUpdate({ id: 'foreign', seq: 1, tenant: 'other', status: 'FAILED', error: { name: null, cause: 'why' } }),
  makeUpdate({ id: 'one', seq: 2, workflow: 'parcels', ...ends }),
  makeUpdate({ id: 'one', seq: 3, ...ends, stoppedAt: '2026-11-20T10:00:05.000Z' }),
];

/** As it arrives: `output` is JSON text (S27). */
const arriving = (matches: (update: Update) => boolean) =>
  published
    .filter(matches)
    .map(({ output, ...rest }) => ({ ...rest, output: output === null ? null : JSON.stringify(output) }));

const ofOrders = ({ tenant, workflow }: Update): boolean => tenant === 'default' && workflow === 'orders';
const one = arriving((update) => ofOrders(update) && update.id === 'one');
const all = arriving(ofOrders);

/** What each client must get: no more, no less, in order. */
export const expected = {
  amplifyOne: one,
  amplifyAll: all,
  amplifyNamed: one,
  amplifyNull: [],
  amplifyOidc: all,
  apolloOne: one,
  apolloWorkflow: all,
  apolloOther: arriving(({ tenant }) => tenant === 'other'),
};
export type Expected = typeof expected;
