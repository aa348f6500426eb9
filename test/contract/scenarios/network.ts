import { type Column, channelsOf } from '../columns.ts';
import type { Stage } from '../stage.ts';
import { interfere, light, lose } from '../support/faults.ts';
import type { Scenario } from '../table.ts';

/** In the first channel, and after the switch. */
async function fromTheStart(stage: Stage, trouble: () => void): Promise<void> {
  await stage.commit(2);
  trouble();
  stage.open();
  await stage.caughtUp();
  trouble();
  await stage.midway();
  await stage.caughtUp();
  light(stage);
  await stage.later();
  await stage.commit();
  await stage.feed(stage.story.end());
}

/** In the middle of what works. */
async function inTheMiddle(stage: Stage, trouble: () => Promise<void>): Promise<void> {
  stage.open();
  await stage.commit(2);
  await stage.caughtUp();
  await trouble();
  await stage.caughtUp(180_000);
  await stage.midway();
  await stage.caughtUp();
  await trouble();
  await stage.caughtUp(180_000);
  await stage.later();
  await stage.commit();
  await stage.feed(stage.story.end());
}

const opensNoSocket = (column: Column): string | null =>
  channelsOf(column).every((channel) => channel === 'polling' || channel === 'webhook') ? 'opens no socket' : null;

export const networkScenarios: readonly Scenario[] = [
  {
    name: 'a socket that is never acknowledged',
    senseless: opensNoSocket,
    play: (stage) =>
      fromTheStart(stage, () => {
        let left = 2;
        stage.wire.socket = () => (left-- > 0 ? 'mute' : 'pass');
      }),
  },
  {
    name: 'a proxy that answers its own page',
    play: (stage) => fromTheStart(stage, () => interfere(stage, 'html', 6)),
  },
  {
    name: 'a service that refuses',
    play: (stage) => fromTheStart(stage, () => interfere(stage, 'refuse', 6)),
  },
  {
    name: 'silence on open connections',
    play: (stage) =>
      inTheMiddle(stage, async () => {
        stage.wire.isFrozen = true;
        await stage.commit();
        await stage.pass(60_000);
        stage.wire.isFrozen = false;
      }),
  },
  {
    name: 'a client that slept for an hour',
    play: (stage) =>
      inTheMiddle(stage, async () => {
        stage.clock.sleep();
        stage.wire.isFrozen = true;
        await stage.commit(2);
        stage.wire.isFrozen = false;
        stage.clock.wake(3_600_000);
      }),
  },
  {
    name: 'a service restarted',
    needs: ['restart'],
    alone: true,
    async play(stage) {
      stage.open();
      await stage.commit(2);
      await stage.caughtUp();
      await stage.restart(false);
      await stage.commit();
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
  },
  {
    name: 'a token that expires',
    needs: ['tokens'],
    async play(stage) {
      const { deployment, execution } = stage;
      const tokens: string[] = [];
      stage.token = async () => {
        const token = await deployment.token(execution, tokens.length === 0 ? 1 : 900);
        tokens.push(token);
        return token;
      };
      stage.open();
      await stage.commit(2);
      await stage.caughtUp();
      while (await deployment.accepts(tokens[0] ?? '', execution));
      lose(stage, 3);
      await stage.commit();
      await stage.commit();
      await stage.caughtUp();
      await stage.until('a fresh token', () => tokens.length > 1);
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
  },
];
