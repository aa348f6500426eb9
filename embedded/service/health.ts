import type { HealthProblem } from '../../handlers/api/types.ts';
import type { Store } from '../store/index.ts';
import type { Recovery } from './recovery.ts';

export interface HealthParts {
  readonly store: Pick<Store, 'damage' | 'lostFrames'>;
  readonly recovery: Pick<Recovery, 'isRefused'>;
  readonly webhooksHeld: boolean;
}

/** What is wrong with this service now, or not as usual. */
export function healthProblems({ store, recovery, webhooksHeld }: HealthParts): readonly HealthProblem[] {
  return [
    ...(store.damage() === null ? [] : (['database-damaged'] as const)),
    ...(store.lostFrames === null ? [] : (['commits-lost'] as const)),
    ...(recovery.isRefused() ? (['writes-refused'] as const) : []),
    ...(webhooksHeld ? (['webhooks-held'] as const) : []),
  ];
}
