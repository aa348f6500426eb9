/** Where the runner says it is: what its ARNs and events carry. */
export interface Place {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

/** The shape of real ARNs with a region and an account that nobody has. */
export const localPlace: Place = { account: '000000000000', region: 'local' };

export function machineArn({ account, region }: Place, workflow: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${workflow}`;
}

export function executionArn({ account, region }: Place, workflow: string, id: string): string {
  return `arn:aws:states:${region}:${account}:execution:${workflow}:${id}`;
}

/** Stands for the state machine's role, which history and context object name. */
export function roleArn({ account }: Place): string {
  return `arn:aws:iam::${account}:role/statuswire-local`;
}
