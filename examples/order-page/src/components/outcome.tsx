import { type ReactElement, useState } from 'react';
import { redriveOrder } from '../orders.ts';
import { member, moneyOf, textOf } from '../text.ts';

export function Receipt({ output }: { readonly output: unknown }): ReactElement {
  return (
    <dl className="receipt">
      <div>
        <dt>Total</dt>
        <dd>{moneyOf(member(output, 'total'))}</dd>
      </div>
      <div>
        <dt>Tracking number</dt>
        <dd>{textOf(member(output, 'trackingNumber'))}</dd>
      </div>
    </dl>
  );
}

interface FailureProps {
  readonly id: string;
  readonly name: string | null;
  readonly cause: string | null;
}

export function Failure({ id, name, cause }: FailureProps): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function redrive(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await redriveOrder(id);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="failure">
      <div>
        <p className="name">{readableCause(cause)}</p>
        <p className="quiet">{textOf(name)}</p>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
      </div>
      <button type="button" disabled={busy} onClick={() => void redrive()}>
        Redrive
      </button>
    </div>
  );
}

/** A Lambda function's error comes as Step Functions passes it on: JSON with `errorMessage`. */
function readableCause(cause: string | null): string {
  if (cause === null) return 'Something went wrong';
  try {
    return textOf(member(JSON.parse(cause), 'errorMessage') ?? cause);
  } catch {
    return textOf(cause);
  }
}
