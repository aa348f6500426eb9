import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

const everyMs = 4_000;

/**
 * Invokes the reconciler as its schedule does, which is every minute: too seldom for tests that wait for it.
 *
 * @returns how to stop; resolves when the last one is over
 */
export function reconcileOften(lambda: LambdaClient, functionName: string): () => Promise<void> {
  let wake: () => void = () => undefined;
  let isOver = false;
  async function go(): Promise<void> {
    while (!isOver) {
      const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName: functionName }));
      if (FunctionError) throw new Error(`the reconciler: ${Buffer.from(Payload ?? []).toString()}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, everyMs);
      });
    }
  }
  const gone = go();
  gone.catch(() => undefined);
  return () => {
    isOver = true;
    wake();
    return gone;
  };
}
