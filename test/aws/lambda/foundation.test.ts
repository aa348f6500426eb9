import { describe, expect, it, vi } from 'vitest';
import { layFoundation } from '../../../aws/lambda/foundation.ts';
import { variables } from '../../../aws/lambda/variables.ts';
import { statusFact } from '../../support/facts.ts';
import { fakeTable } from './fake-table.ts';
import { fakeTelemetry } from './support.ts';

const source = {
  [variables.table]: 'statuswire',
  [variables.place]: 'arn:aws:states:eu-west-1:111122223333',
  [variables.workflowsFile]: '/code/workflows.json',
};
const file = JSON.stringify({ orders: { config: { tenant: 'acme' } } });

describe('the foundation', () => {
  it('makes each part once, when it is first asked for', () => {
    const readText = vi.fn(() => file);
    const foundation = layFoundation('ingest', { source, readText, telemetry: fakeTelemetry() });
    expect(readText).not.toHaveBeenCalled();
    expect(foundation.workflows.rulesOf('orders').owner).toEqual({ tenant: 'acme' });
    expect(foundation.workflows).toBe(foundation.workflows);
    expect(foundation.ports).toBe(foundation.ports);
    expect(readText.mock.calls).toEqual([['/code/workflows.json']]);
  });

  it('reads workflows.json beside its own code where no path is set', () => {
    const readText = vi.fn((_path: string | URL) => file);
    const { [variables.workflowsFile]: _unset, ...others } = source;
    void layFoundation('ingest', { source: others, readText, telemetry: fakeTelemetry() }).workflows;
    expect(String(readText.mock.calls[0]?.[0])).toMatch(/^file:.*\/aws\/lambda\/workflows\.json$/);
  });

  it('says at the start what is not configured', () => {
    const bare = layFoundation('ingest', { source: {}, readText: () => file, telemetry: fakeTelemetry() });
    expect(() => bare.ports).toThrow('STATUSWIRE_TABLE');
    expect(() => bare.workflows).toThrow('STATUSWIRE_PLACE');
  });

  it('G5: every Lambda that writes the log has its open executions looked at, and counts what it took', async () => {
    const telemetry = fakeTelemetry();
    const { client } = fakeTable();
    const { appender, ports } = layFoundation('api', { source, readText: () => file, client, telemetry });
    const key = { workflow: 'orders', id: 'order-1' };
    const running = statusFact('RUNNING');
    await appender().append(key, [running, running]);
    const [head] = await ports.log.load([key]);
    expect(head?.dueAt).toBeGreaterThan(Date.now());
    expect(telemetry.measured).toEqual([
      ['FactsTaken', 1],
      ['FactsDropped', 1],
    ]);
  });

  it('S4: keeps logs for 30 days, and never under 15', () => {
    const retention = (days?: string) =>
      layFoundation('ingest', {
        source: { [variables.retentionDays]: days },
        telemetry: fakeTelemetry(),
      }).retentionMs;
    expect(retention()).toBe(30 * 86_400_000);
    expect(retention('15')).toBe(15 * 86_400_000);
    expect(() => retention('14')).toThrow('at least 15 days');
  });
});
