import { admission } from './admission-safeguards.ts';
import { client, contract } from './client-safeguards.ts';
import { guard, type Safeguard } from './guard.ts';
import { http } from './http-safeguards.ts';
import { machine } from './machine-safeguards.ts';
import { runner } from './runner-safeguards.ts';
import { sockets } from './socket-safeguards.ts';
import { strangers } from './stranger-safeguards.ts';

export type { Safeguard } from './guard.ts';

const store: readonly Safeguard[] = [
  guard(
    'group commit: acknowledged only after COMMIT',
    'embedded/store/writer.ts',
    'outcomes.push(runAlone(queued));',
    'runAlone(queued)();',
    'embedded/store/group-commit',
  ),
  guard(
    'outbox: what was left before a crash is delivered',
    'embedded/store/outbox.ts',
    'let behind = true;',
    'let behind = false;',
    'embedded/store/outbox',
    'ports/sqlite',
  ),
  guard(
    'log: the head version is checked',
    'embedded/store/log-commit.ts',
    "if ((before?.version ?? 0) !== expectedVersion) return 'conflict';",
    '',
    'ports/sqlite',
  ),
  guard(
    'intake: an idempotency key taken meanwhile is a conflict',
    'embedded/store/log-commit.ts',
    "if (idempotency && intakes.holds(idempotency)) return 'conflict';",
    '',
    'ports/sqlite',
  ),
  guard(
    'deliveries: only the holder of the claim moves the cursor',
    'embedded/store/deliveries.ts',
    'if (holder?.token !== token || advance.run(',
    'if (!holder || advance.run(',
    'ports/sqlite',
  ),
  guard(
    'deliveries: one claim at a time',
    'embedded/store/deliveries.ts',
    'if (held.isHeld(key, now)) return null;',
    '',
    'ports/sqlite',
  ),
  guard(
    'deliveries: a wake beside the release of the same transaction is not lost',
    'embedded/store/deliveries.ts',
    '    holder.released = true;\n',
    '',
    'embedded/store/claims',
  ),
  guard(
    'deliveries: what was held before a run was forgotten moves no later cursor',
    'embedded/store/deliveries.ts',
    '      held.drop(target, holder);\n',
    '',
    'embedded/store/claims',
  ),
];

const reduce: readonly Safeguard[] = [
  {
    ...guard(
      'S7: what comes late of an ended attempt appends nothing',
      'core/reduce.ts',
      "if (effect !== 'news') return effect;",
      "if (effect === 'duplicate') return effect;",
      'core/reduce',
      'properties/reduce',
    ),
    also: {
      file: 'core/append.ts',
      source: "if (isTerminal(last.status) || last.status === 'PENDING_REDRIVE') return null;",
      without: '',
    },
  },
  guard(
    'S2: a later start is another run',
    'core/place.ts',
    "return later > 0 ? 'newer' : 'older';",
    "return 'same';",
    'core/runs',
  ),
  guard(
    'S5: facts wait for StartExecution’s answer',
    'core/place.ts',
    "return head.book.intake?.failure ? 'newer' : 'unanswered';",
    "return 'same';",
    'core/reduce',
  ),
  guard(
    'S13: facts wait for their owner',
    'core/hold.ts',
    "if (head.tenant === null) return 'owner';",
    '',
    'core/holds',
    'core/runs',
  ),
  guard(
    'S14: output leaves only where the projection names it',
    'core/projection.ts',
    "if (paths.expose.length === 0 || output.type === 'none') return { type: 'none' };",
    "if (paths.expose.length === 0 && output.type === 'text') return { type: 'value', value: output.text };",
    'core/projection',
  ),
  guard(
    'S14: a cause leaves only where the projection says so',
    'core/projection.ts',
    'cause: cause !== null && rules.exposeCause ?',
    'cause: cause !== null ?',
    'core/projection',
  ),
];

const access: readonly Safeguard[] = [
  guard(
    'S26: a tenant sees its own executions only',
    'core/access.ts',
    'return seesTenant(caller, update.tenant) && mayRead(',
    'return mayRead(',
    'handlers/api/visibility',
  ),
  guard(
    'G9: a company’s own token that names both kinds is refused',
    'core/oidc-claims.ts',
    'if (workflows.length > 0 === executions.length > 0) return null;',
    '',
    'core/oidc',
  ),
  guard(
    'G9: an issuer that cannot be asked is not taken for a refusal',
    'handlers/authorize/oidc-tokens.ts',
    'if (isUnavailable(error)) throw error;',
    '',
    'handlers/authorize/oidc-tokens',
  ),
  guard(
    'G9: no private address is called',
    'handlers/egress/guard.ts',
    "if (!addresses.every(rules.mayCall)) return { type: 'refused', reason: notPublic };",
    '',
    'handlers/egress/guard',
    'handlers/egress/sender',
  ),
  guard(
    'S30: a socket ends when its token does',
    'embedded/subscriptions/connection.ts',
    "caller?.type === 'token' ? caller.expiresAt : Number.POSITIVE_INFINITY",
    'caller ? Number.POSITIVE_INFINITY : Number.POSITIVE_INFINITY',
    'embedded/subscriptions/server',
  ),
];

const webhooks: readonly Safeguard[] = [
  guard(
    'webhooks: the cursor moves only after 2xx',
    'handlers/webhooks/deliver.ts',
    'if (!accepted(outcome)) {',
    "if (outcome.type === 'never') {",
    'handlers/webhooks/deliver-failures',
    'handlers/webhooks/deliver-order',
  ),
  guard(
    'webhooks: a failed update is not passed over',
    'handlers/webhooks/deliver.ts',
    'return { ...delivery, failures, failingSince',
    'return { ...delivery, seq: delivery.seq + 1, failures, failingSince',
    'handlers/webhooks/deliver-failures',
    'handlers/webhooks/deliver-order',
  ),
  guard(
    'webhooks: an execution is sent to an endpoint by one delivery at a time',
    'embedded/webhooks/lanes.ts',
    'if (lane.running.has(name)) {',
    "if (name === '') {",
    'embedded/webhooks/lanes',
  ),
];

const starts: readonly Safeguard[] = [
  guard(
    'S34: an intake is removed with the answer to its start',
    'handlers/intake/start.ts',
    '{ intake: { remove: true } }',
    '{}',
    'handlers/intake/intake',
  ),
  guard(
    'runner: the journal is written before anything is emitted',
    'embedded/runner/recorder.ts',
    'journal.append(run, rows).catch(lost);\n    let emitted = Promise.resolve();\n    for (const [index, item] of items.entries()) emitted = outbox.push(item, rows[index]?.position ?? 0);',
    'let emitted = Promise.resolve();\n    for (const [index, item] of items.entries()) emitted = outbox.push(item, rows[index]?.position ?? 0);\n    void emitted.then(() => journal.append(run, rows).catch(lost));',
    'embedded/runner/crash',
    'embedded/runner/recorder',
  ),
];

/** Forgetting, expiry, registration and the disk. */
const upkeep: readonly Safeguard[] = [
  guard(
    'S4: what has expired or was forgotten is absent at once',
    'handlers/read/visible.ts',
    ' && !isGone(head, now)',
    '',
    'handlers/api/visibility',
  ),
  guard(
    'S4: late facts of what is gone are dropped',
    'core/reduce.ts',
    "if (isGone(head, now)) return 'gone';\n    work.head",
    'work.head',
    'core/forget',
    'handlers/operations/forget',
  ),
  guard(
    'S4: a redrive and a forget of one execution take turns',
    'handlers/operations/operations.ts',
    'forget: (key) => inTurn(key, () => forget(key)),',
    'forget,',
    'handlers/operations/forget',
  ),
  guard(
    'S4: what goes on is not forgotten, although its log says that it has ended',
    'handlers/operations/forget.ts',
    "if (head.run && !head.run.express && (await isUnderWay(executions, head.run.executionArn))) return 'open';",
    '',
    'handlers/operations/forget',
  ),
  guard(
    'S31: an endpoint is owed nothing that was committed before it was registered',
    'handlers/webhooks/register.ts',
    'createdAt: clock() }',
    'createdAt: begunAt }',
    'handlers/webhooks/register',
  ),
  guard(
    'S32: a delivery after trimmed history says so',
    'handlers/webhooks/payload.ts',
    '    ...(skipped ? { skipped } : {}),\n',
    '',
    'handlers/webhooks/deliver-log',
  ),
  guard(
    'checkpoints: a thread makes none where that can damage the database',
    'embedded/store/checkpoints.ts',
    'if (!allowsThread(sqliteVersion)) return',
    "if (sqliteVersion === 'never') return",
    'embedded/store/checkpoints',
  ),
  guard(
    'checkpoints: commits make none',
    'embedded/store/checkpoints.ts',
    'settled(0);',
    'settled(1000);',
    'embedded/store/checkpoints',
  ),
  guard(
    'checkpoints: the end of the WAL is not copied at each look',
    'embedded/store/checkpointer.ts',
    "return left > 0 && left < copyPages ? 'finish' : 'wait';",
    "return left >= 0 ? 'finish' : 'wait';",
    'embedded/store/checkpoints',
    'embedded/store/checkpoint-latency',
  ),
  guard(
    'S25: a disk that takes nothing is 503, not the fault of the request',
    'embedded/store/write-errors.ts',
    'return isOfThePlace(error) ?',
    "return error === 'never' && isOfThePlace(error) ?",
    'embedded/store/unavailable',
    'whole/read-only',
  ),
];

export const safeguards: readonly Safeguard[] = [
  ...store,
  ...reduce,
  ...access,
  ...webhooks,
  ...starts,
  ...upkeep,
  ...admission,
  ...sockets,
  ...client,
  ...contract,
  ...strangers,
  ...machine,
  ...http,
  ...runner,
];
