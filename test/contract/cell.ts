import { expect } from 'vitest';
import { type ChannelName, type Column, carrierOf, channelsOf } from './columns.ts';
import type { Deployment } from './deployment.ts';
import { expectTheLog } from './oracle.ts';
import { createStage } from './stage.ts';
import { createClock } from './support/clock.ts';
import { startProxy } from './support/proxy.ts';
import type { Wire } from './support/wire.ts';
import type { Scenario } from './table.ts';

/** A cell is about a channel, and about a fault: neither may have stood aside. */
function expectTheWire(channels: readonly ChannelName[], { carried, wanted, befell }: Wire): void {
  const pushes = channels.map(carrierOf).filter((carrier) => carrier !== 'http');
  expect({
    carriedNothing: pushes.filter((carrier) => !carried.get(carrier)),
    neverHappened: [...wanted].filter((fate) => !befell.has(fate)),
  }).toEqual({ carriedNothing: [], neverHappened: [] });
}

/** Plays one scenario in one column, and asks the oracle. */
export async function playCell(scenario: Scenario, column: Column, deployment: Deployment): Promise<void> {
  const id = `${scenario.name} ${column.name}`.replace(/[^0-9A-Za-z]+/g, '-');
  const execution = { workflow: scenario.workflow ?? `w-${id}`.slice(0, 80), id: id.slice(0, 80) };
  const clock = createClock(id, deployment.pace);
  const proxy = await startProxy({ upstream: deployment.url, clock });
  const stage = createStage({ deployment, column, execution, proxy, clock });
  const checks: Promise<void>[] = [];
  let checking = false;
  // G6: whatever a channel has shown, `GET /status` shows too.
  stage.application.onSeen = ({ epoch, seq }) => {
    if (checking || stage.isStopped) return;
    checking = true;
    const asked = stage.restarts;
    const look = deployment.latest(execution).catch((error: unknown) => {
      // A question that the restart cut off is no answer.
      if (stage.restarts === asked) throw error;
      return null;
    });
    const check = look.then((latest) => {
      checking = false;
      if (!latest) return;
      const isBehind = latest.epoch === epoch ? latest.seq < seq : latest.epoch < epoch;
      if (isBehind) throw new Error(`GET /status shows ${latest.seq} after ${seq} was seen`);
    });
    check.catch(() => undefined);
    checks.push(check);
  };
  try {
    await stage.prepare();
    await scenario.play(stage);
    await stage.caughtUp();
    await Promise.all(checks);
    expect(stage.application.failure).toBeNull();
    expect(stage.played).toEqual({ midway: true, later: true });
    expectTheWire(scenario.isRun ? [column.start] : channelsOf(column), proxy.wire);
    expectTheLog(stage.application.seen, stage.archive, stage.expectation);
  } finally {
    stage.application.leave();
    clock.stop();
    await stage.clear();
    await proxy.close();
  }
}
