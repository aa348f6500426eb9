/** A part of an ASL definition. */
type Node = Readonly<Record<string, unknown>>;

/**
 * The example's definition as it is deployed. Locally a task is given its context beside its input; a Lambda function gets
 * its input only, so the execution and the state are put beside that. States, errors and retries stay what they are.
 *
 * @param functionArn ARN of the function with this name
 */
export function deployedDefinition(definition: Node, functionArn: (name: string) => string): Node {
  const states = Object.entries(definition.States as Node).map(([name, state]) => [
    name,
    deployed(state as Node, functionArn),
  ]);
  return { ...definition, States: Object.fromEntries(states) };
}

function deployed(state: Node, functionArn: (name: string) => string): Node {
  const name = /:function:(?<name>\w+)$/.exec(String(state.Resource))?.groups?.name;
  if (state.Type !== 'Task' || name === undefined) return state;
  return {
    ...state,
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: {
      FunctionName: functionArn(name),
      Payload: {
        'input.$': '$',
        'execution.$': '$$.Execution',
        'machine.$': '$$.StateMachine',
        'state.$': '$$.State',
      },
    },
    OutputPath: '$.Payload',
  };
}
