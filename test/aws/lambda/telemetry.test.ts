import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../../aws/lambda/telemetry.ts';

let written: Record<string, unknown>[] = [];

beforeEach(() => {
  written = [];
  // In development Powertools writes with the process's own console, and metrics only if told so.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((text) => void written.push(JSON.parse(String(text))));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('telemetry', () => {
  it('writes metrics in the embedded metric format, namespace Statuswire, by service', () => {
    const telemetry = createTelemetry('reconcile');
    telemetry.measure('Repairs', 2);
    telemetry.measure('OldestUndeliveredSeconds', 7);
    telemetry.publish();
    telemetry.publish();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ service: 'reconcile', Repairs: 2, OldestUndeliveredSeconds: 7 });
    expect(written[0]?._aws).toMatchObject({
      CloudWatchMetrics: [
        {
          Namespace: 'Statuswire',
          Dimensions: [['service']],
          Metrics: [
            { Name: 'Repairs', Unit: 'Count' },
            { Name: 'OldestUndeliveredSeconds', Unit: 'Seconds' },
          ],
        },
      ],
    });
  });

  it('gives a dimension to one metric only', () => {
    const telemetry = createTelemetry('fanout');
    telemetry.measure('UpdatesFannedOut', 3);
    telemetry.measure('PushesFailed', 1, 'appsync');
    telemetry.publish();
    expect(
      written.map(({ channel, PushesFailed, UpdatesFannedOut }) => [channel, PushesFailed, UpdatesFannedOut]),
    ).toEqual([
      ['appsync', 1, undefined],
      [undefined, undefined, 3],
    ]);
  });

  it('writes lines as JSON with the invocation and the error', () => {
    const telemetry = createTelemetry('ingest');
    telemetry.begin('request-1');
    telemetry.error('it failed', { error: new Error('no table') });
    expect(written[0]).toMatchObject({
      level: 'ERROR',
      service: 'ingest',
      message: 'it failed',
      requestId: 'request-1',
      error: { name: 'Error', message: 'no table' },
    });
  });
});
