import type { AslMachine, AslState } from '../../workflows/asl.ts';
import { mapCode, mapExpressions } from '../../workflows/expressions.ts';
import type { Flow } from '../flow.ts';
import { machineArn, type Place, roleArn } from '../place.ts';
import type { Run } from '../run.ts';
import type { Context } from './data-flow.ts';

/** The library overwrites `$$.Execution` with the piece it is evaluating, so the true one stands under this name. */
const executionKey = 'ThisExecution';

function mapState(state: AslState): AslState {
  const { Branches, ItemProcessor, Iterator } = state;
  const own = mapExpressions(state, (expression) =>
    mapCode(expression, (code) => code.replace(/\$\$\.Execution\b/g, `$$$$.${executionKey}`)),
  );
  return {
    ...own,
    ...(Branches === undefined ? {} : { Branches: Branches.map(readingContext) }),
    ...(ItemProcessor === undefined ? {} : { ItemProcessor: readingContext(ItemProcessor) }),
    ...(Iterator === undefined ? {} : { Iterator: readingContext(Iterator) }),
  };
}

/** The definition as it is evaluated: its expressions read `$$.Execution` where `contextOf` puts it. */
export function readingContext(machine: AslMachine): AslMachine {
  return {
    ...machine,
    States: Object.fromEntries(Object.entries(machine.States).map(([name, state]) => [name, mapState(state)])),
  };
}

/** The context object for one try of one state (Step Functions guide, "Context object"). */
export function contextOf(
  run: Run,
  place: Place,
  flow: Flow,
  state: { readonly name: string; readonly enteredAt: number; readonly retryCount: number },
): Context {
  return {
    [executionKey]: {
      Id: run.arn,
      Input: JSON.parse(run.input),
      Name: run.id,
      RoleArn: roleArn(place),
      StartTime: new Date(run.startDate).toISOString(),
      RedriveCount: run.redriveCount,
    },
    State: {
      Name: state.name,
      EnteredTime: new Date(state.enteredAt).toISOString(),
      RetryCount: state.retryCount,
    },
    StateMachine: { Id: machineArn(place, run.workflow), Name: run.workflow },
    ...(flow.item === null ? {} : { Map: { Item: flow.item } }),
  };
}
