import type { ReactElement } from 'react';
import { readable, type Step } from '../steps.ts';

const spoken = { done: 'done', current: 'in progress', failed: 'failed', ahead: 'to come' } as const;
const marks = { done: '✓', current: '', failed: '!', ahead: '' } as const;

/** The states of the workflow, those that an order passes when all goes well. */
export function Stepper({ steps }: { readonly steps: readonly Step[] }): ReactElement {
  return (
    <ol className="stepper" aria-label="Steps">
      {steps.map(({ name, state }) => (
        <li key={name} className={state} aria-current={state === 'current' ? 'step' : undefined}>
          <span className="mark" aria-hidden="true">
            {marks[state]}
          </span>
          <span>
            {readable(name)}
            <span className="hidden">, {spoken[state]}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
