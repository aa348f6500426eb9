import { type Column, carrierOf, channelsOf, isSocket } from '../columns.ts';
import type { Stage } from '../stage.ts';
import { interfere, light, lose, missActivation, nextSeq } from '../support/faults.ts';
import type { Scenario } from '../table.ts';

/** In the first channel, and after the switch. */
async function fromTheStart(stage: Stage, trouble: () => void): Promise<void> {
  await stage.commit(2);
  trouble();
  stage.open();
  await stage.caughtUp();
  await stage.carried();
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
  // What is lost of a subscription while it is made is another scenario.
  if (stage.pushes()) await stage.live();
  await trouble();
  await stage.caughtUp(180_000);
  await stage.midway();
  await stage.caughtUp();
  if (stage.pushes()) await stage.live();
  await trouble();
  await stage.caughtUp(180_000);
  await stage.later();
  await stage.commit();
  await stage.feed(stage.story.end());
}

const opensNoSocket = (column: Column): string | null =>
  channelsOf(column).some((channel) => isSocket(carrierOf(channel))) ? null : 'opens no socket';

/** S17: what is committed before the subscription is active is never pushed, neither before its acknowledgement nor after. */
async function activeLate(stage: Stage, begin: () => unknown): Promise<void> {
  const { wire, clock } = stage;
  const confirms = () => stage.carrier() === 'appsync';
  let started = false;
  let awaitsPull = false;
  let goOn: (() => void) | null = null;
  wire.start = (carrier) => {
    started = true;
    awaitsPull = !confirms();
    // Where the server confirms it, the confirmation can come late …
    return carrier === 'appsync' ? 5_000 : 0;
  };
  wire.answer = ({ isRead }) => {
    // The client's time stands still from the first pull after the subscription, until the test has committed.
    if (isRead && awaitsPull) goOn = clock.busy();
    if (isRead) awaitsPull = false;
    return 'pass';
  };
  await begin();
  if (!isSocket(stage.carrier())) return;
  await stage.until('the start', () => started);
  if (confirms()) {
    await stage.pass(2_500);
    await stage.commit();
    awaitsPull = true;
  }
  await stage.until('the first pull', () => goOn !== null, 15_000);
  // … and even so come too early.
  missActivation(stage, nextSeq(stage));
  await stage.commit();
  (goOn as (() => void) | null)?.();
  await stage.caughtUp(15_000);
}

export const networkScenarios: readonly Scenario[] = [
  {
    name: 'a socket that is never acknowledged',
    senseless: opensNoSocket,
    play: (stage) =>
      fromTheStart(stage, () => {
        let left = 2;
        stage.wire.wanted.add('mute');
        stage.wire.socket = () => (left-- > 0 ? 'mute' : 'pass');
      }),
  },
  {
    name: 'a subscription that is active late',
    senseless: opensNoSocket,
    async play(stage) {
      await stage.commit();
      await activeLate(stage, () => stage.open());
      await stage.commit();
      await stage.caughtUp();
      await stage.carried();
      await activeLate(stage, () => {
        stage.wire.cut();
        return stage.midway();
      });
      await stage.caughtUp();
      light(stage);
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
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
      const { clock, deployment, execution } = stage;
      // A day behind, so that the client takes the token's `exp` for tomorrow's: only the refusal tells.
      clock.setBack(86_400_000);
      const tokens: string[] = [];
      stage.token = async () => {
        const token = await deployment.token(execution, tokens.length === 0 ? 2 : 900);
        tokens.push(token);
        return token;
      };
      stage.open();
      await stage.commit(2);
      await stage.caughtUp();
      const goOn = clock.busy();
      while (await deployment.accepts(tokens[0] ?? '', execution));
      // S30: the service ends the sockets of the token, and that alone must bring a fresh one.
      while (tokens.length === 1 && stage.wire.open() > 0) await clock.turn();
      goOn();
      // Without a socket the next request finds out.
      if (!isSocket(stage.carrier())) lose(stage, 3);
      await stage.commit();
      await stage.commit();
      await stage.caughtUp(20_000);
      await stage.until('a fresh token', () => tokens.length > 1);
      await stage.midway();
      await stage.caughtUp();
      await stage.later();
      await stage.commit();
      await stage.feed(stage.story.end());
    },
  },
];
