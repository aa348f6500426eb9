const region = 'eu-central-1';
const account = '123456789012';

/** Events as EventBridge hands them on, of the state machine `orders`. */
function envelope(id: string, detailType: string, source: string, detail: object): object {
  return {
    version: '0',
    id: `${detailType.length}-${id}`,
    'detail-type': detailType,
    source,
    account,
    time: '2026-11-20T10:00:01Z',
    region,
    resources: [`arn:aws:states:${region}:${account}:execution:orders:${id}`],
    detail,
  };
}

/** The beginning of an execution, with an input as an order has it. */
export function startedEvent(id: string, startDate = Date.now()): object {
  return envelope(id, 'Step Functions Execution Status Change', 'aws.states', {
    executionArn: `arn:aws:states:${region}:${account}:execution:orders:${id}`,
    stateMachineArn: `arn:aws:states:${region}:${account}:stateMachine:orders`,
    name: id,
    status: 'RUNNING',
    startDate,
    stopDate: null,
    input: JSON.stringify({ order: { id, lines: [{ sku: 'tea', count: 2 }] } }),
    inputDetails: { included: true },
    output: null,
    outputDetails: null,
  });
}

/** A report of a running one. Its time is now, so that it belongs to the present run. */
export function progressEvent(id: string, sequence: number): object {
  const event = envelope(`${id}-${sequence}`, 'Statuswire Progress', 'orders', {
    percent: sequence % 100,
    message: `Step ${sequence}`,
    sequence,
    executionArn: `arn:aws:states:${region}:${account}:execution:orders:${id}`,
  });
  return { ...event, resources: [], time: new Date().toISOString() };
}
