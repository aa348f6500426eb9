import { guard, type Safeguard } from './guard.ts';

export const client: readonly Safeguard[] = [
  guard(
    'sequencer: nothing twice',
    'client-sdk/src/sequencer.ts',
    'if (!isAfter(update, rest.at(-1) ?? reached)) continue;',
    '',
    'client-sdk/sequencer',
    'client-sdk/sequencer.property',
  ),
  guard(
    'sequencer: nothing past a gap',
    'client-sdk/src/sequencer.ts',
    'b.seq + 1 === a.seq',
    'b.seq < a.seq',
    'client-sdk/sequencer',
    'client-sdk/sequencer.property',
  ),
  guard(
    'sequencer: nothing of another epoch',
    'client-sdk/src/sequencer.ts',
    'b?.epoch === a.epoch && ',
    '!!b && ',
    'client-sdk/sequencer',
    'client-sdk/sequencer.property',
  ),
  guard(
    'polling: a 404 ends the back-off, so that a push is followed at once',
    'client-sdk/src/channels/poll.ts',
    'failures = 0;\n            pause(retryAfterMs);',
    'pause(retryAfterMs);',
    'client-sdk/supervisor',
  ),
  guard(
    'push: what rests is not called broken',
    'client-sdk/src/push.ts',
    " || state.mode === 'resting'",
    '',
    'client-sdk/explain',
  ),
];

/** What makes channels interchangeable: the contract table alone must see each of them missing. */
export const contract: readonly Safeguard[] = [
  guard(
    'G6: what was delivered is not delivered again',
    'client-sdk/src/sequencer.ts',
    '? a.seq > b.seq :',
    '? a.seq >= b.seq :',
    'contract/embedded-1',
  ),
  guard(
    'G6: a later epoch outranks any seq',
    'client-sdk/src/sequencer.ts',
    ': a.epoch > b.epoch)',
    ': true)',
    'contract/embedded-1',
  ),
  guard(
    'G4: a snapshot that leaves something out says so',
    'client-sdk/src/sequencer.ts',
    '    skipped,\n    incomplete',
    '    skipped: false,\n    incomplete',
    'contract/embedded-1',
  ),
  guard(
    'S16: a reader that changes channels goes on from its cursor',
    'client-sdk/src/sequencer.ts',
    '? null : from);',
    '? null : null);',
    'contract/embedded-1',
  ),
  guard(
    'G4: a gap is pulled at once',
    'client-sdk/src/supervisor.ts',
    'if (incomplete) feed.pull();',
    '',
    'contract/embedded-1',
  ),
  guard(
    'S17: a push that nothing follows is found by the safety poll',
    'client-sdk/src/supervisor.ts',
    'safetyMs = 60_000',
    'safetyMs = Number.POSITIVE_INFINITY',
    'contract/embedded-1',
  ),
  guard(
    'S17: the log is pulled after a subscription',
    'client-sdk/src/push-machine.ts',
    "rule('catching', { wait: settleMs, pull: true })",
    "rule('live', { wait: null })",
    'contract/embedded-1',
  ),
  guard(
    'S17: a webhook is up as soon as it is read, so that what came before is pulled',
    'client-sdk/src/server/webhook-channel.ts',
    'sink.up();',
    '',
    'contract/embedded-1',
    'contract/embedded-2',
  ),
  {
    ...guard(
      'S17: a subscription is up when it is acknowledged, where it is',
      'client-sdk/src/channels/socket.ts',
      'if (!codec.confirms) started(feed);',
      'started(feed);',
      'contract/embedded-1',
      'contract/embedded-2',
    ),
    also: {
      file: 'client-sdk/src/channels/socket.ts',
      source: "if (type === 'start_ack') started(feed);",
      without: "if (type === 'start_ack') feed.retry.clear();",
    },
  },
  guard(
    'S17: the log is pulled once more, shortly after the acknowledgement',
    'client-sdk/src/push-machine.ts',
    'join, giveUp, check, check, probe]',
    'join, giveUp, stay, stay, probe]',
    'contract/embedded-1',
    'contract/embedded-2',
  ),
  guard(
    'S30: a token that a socket was closed for is replaced',
    'client-sdk/src/channels/socket.ts',
    "code === 4401 || code === 4403 ? 'unauthorized' : undefined",
    'undefined',
    'contract/embedded-1',
    'contract/embedded-2',
  ),
];
