import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { localClient } from './open-table.ts';

/**
 * What happens to one request: `throttle` and `conflict` refuse it before it is carried out, `lose` carries it out and
 * breaks the connection before the answer arrives.
 */
export type Fate = 'pass' | 'throttle' | 'conflict' | 'lose';

/** A client whose requests meet the fate that `decide` tells; it is asked before each of them. */
export function faultyClient(decide: (command: string) => Fate): DynamoDBDocumentClient {
  const client = localClient();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const fate = decide(String(context.commandName));
      if (fate === 'throttle') throw named('ThrottlingException');
      if (fate === 'conflict') throw cancelled();
      const answer = await next(args);
      if (fate === 'lose') throw Object.assign(named('Error'), { code: 'ECONNRESET' });
      return answer;
    },
    { step: 'finalizeRequest', priority: 'low', name: 'faults' },
  );
  return client;
}

const named = (name: string): Error => Object.assign(new Error(`injected ${name}`), { name });

function cancelled(): Error {
  const CancellationReasons = [{ Code: 'TransactionConflict' }, { Code: 'None' }];
  return Object.assign(named('TransactionCanceledException'), { CancellationReasons });
}

/** Sees, and may change, what each request asks and what it answers. */
export function watchedClient(
  see: (command: string, output: Record<string, unknown>, input: Record<string, unknown>) => void,
  ask: (command: string, input: Record<string, unknown>) => void = () => {},
): DynamoDBDocumentClient {
  const client = localClient();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as unknown as Record<string, unknown>;
      if (!String(context.commandName).startsWith('Describe')) input.ReturnConsumedCapacity = 'INDEXES';
      ask(String(context.commandName), input);
      const answer = await next(args);
      see(String(context.commandName), answer.output as unknown as Record<string, unknown>, input);
      return answer;
    },
    { step: 'initialize', name: 'watch' },
  );
  return client;
}
