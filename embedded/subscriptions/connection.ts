import type { ExecutionResult } from 'graphql';
import type { Caller } from '../../core/access.ts';
import { accountOf } from '../../handlers/admission/account.ts';
import { TooLarge } from '../../handlers/graphql/compile-selection.ts';
import { unexpected } from '../../handlers/graphql/errors.ts';
import type { Credential } from '../../handlers/subscriptions/credential.ts';
import { type Ending, endings } from '../../handlers/subscriptions/endings.ts';
import { updateTooLarge, whyNot } from '../../handlers/subscriptions/operations.ts';
import type { Asked, ConnectionView, Phase, Step } from '../../handlers/subscriptions/step.ts';
import { type Allowance, spend } from './allowance.ts';
import type { ClientSocket } from './client-socket.ts';
import type { Cancel } from './clock.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Household } from './household.ts';
import { LiveSubscription, type Operation } from './operation.ts';
import { SocketWriter, type WriterOwner } from './socket-writer.ts';

const noOperations: readonly Operation[] = [];
const ka = JSON.stringify({ type: 'ka' });

/**
 * One client's socket: does what its protocol's machine says. A plain object with shared functions, since there are tens
 * of thousands that have nothing to do.
 */
export class Connection implements ConnectionView, WriterOwner, Allowance {
  phase: Phase = 'new';
  operations: readonly Operation[] = noOperations;
  readonly writer: SocketWriter;
  /** Of messages and pings. */
  left: number;
  at: number;
  /** Has anything come since the last ping? */
  private alive = true;
  private over = false;
  private caller: Caller | null = null;
  private readonly endsAt: number;
  /** For the next of: `connection_init`, the end of a token, the end of its life, the peer's answer to a close. */
  private timer: Cancel | null = null;
  /** Messages that wait while credentials are checked; null: none has to. */
  private waiting: string[] | null = null;
  private waitingLength = 0;
  /** The queries under way, one after the other; null when there is none. */
  private queries: Promise<void> | null = null;
  private readonly webSocket: ClientSocket;
  private readonly dialect: Dialect;
  private readonly household: Household;

  /** @param handshake Null where the protocol has its credentials in a message; `malformed`: they cannot be read. */
  constructor(webSocket: ClientSocket, dialect: Dialect, household: Household, handshake: Credential | null) {
    const { limits, clock } = household;
    this.webSocket = webSocket;
    this.dialect = dialect;
    this.household = household;
    this.left = limits.messageBurst;
    this.at = clock.now();
    this.endsAt = dialect.lifeMs === null ? Number.POSITIVE_INFINITY : this.at + dialect.lifeMs;
    this.writer = new SocketWriter(webSocket.below, this, household.writers);
    webSocket.connection = this;
    household.pings.add(this);
    if (handshake) this.greet(handshake);
    else this.timer = clock.after(limits.connectionInitMs, () => this.perform(dialect.initTimedOut(this)));
  }

  /** False once a close frame was sent or received. */
  get isOpen(): boolean {
    return !this.over && this.webSocket.readyState === this.webSocket.OPEN;
  }

  /** Most bytes of one update as it is selected. */
  get updateBytes(): number {
    return this.household.limits.updateBytes;
  }

  /** Is anything on it done for such a caller? */
  serves(matches: (caller: Caller) => boolean): boolean {
    return (this.caller !== null && matches(this.caller)) || this.operations.some(({ caller }) => matches(caller));
  }

  /** A message came. */
  receive(text: string): void {
    if (!this.accept()) return;
    this.take(text);
  }

  /** A ping came. */
  pinged(data: Buffer): void {
    if (!this.accept()) return;
    this.writer.flush();
    if (!this.writer.hasRoom(data.length)) return;
    this.webSocket.pong(data);
    this.writer.wrote();
  }

  /** A pong came. */
  ponged(): void {
    this.accept();
  }

  /** Asks whether the peer is there; a peer that has said nothing since the last time is dropped. */
  ping(): void {
    if (!this.alive) this.webSocket.terminate();
    this.alive = false;
    if (this.isOpen) this.webSocket.ping();
  }

  sendKa(): void {
    this.send(ka);
  }

  /** Ends it: subscriptions stop at once, the peer gets what was published before, and the code. Only the first counts. */
  close({ code, reason }: Ending): void {
    this.writer.flush();
    if (this.over) return;
    if (this.webSocket.readyState === this.webSocket.OPEN) this.webSocket.close(code, reason);
    this.end();
  }

  /** The reader is slow: what gathered for it is dropped, and it has a while to read the rest. */
  closeSlow(): void {
    if (this.over) return;
    this.household.onSlow();
    this.writer.drop();
    this.close(endings.slow);
  }

  /** The reader is slow, and so are others: a while is too long. */
  cut(): void {
    this.closeSlow();
    this.webSocket.terminate();
  }

  /** From here on nothing comes in and nothing is subscribed; the peer has a while to go by itself. */
  end(): void {
    if (this.over) return;
    const { sockets, limits, clock, ka: kaMembers } = this.household;
    this.over = true;
    this.waiting = null;
    this.timer?.();
    kaMembers.remove(this);
    for (const operation of this.operations) this.release(operation);
    this.operations = noOperations;
    if (this.caller) sockets.give(accountOf(this.caller));
    this.timer = clock.after(limits.closeGraceMs, () => this.webSocket.terminate());
  }

  /** The socket is gone. */
  gone(): void {
    const { pings, writers, onGone } = this.household;
    this.end();
    this.timer?.();
    pings.remove(this);
    writers.backlog.remove(this.writer);
    onGone(this);
  }

  /** A subscription could not be handed an update: it ends, and its client is told why. */
  fail(subscription: LiveSubscription, error: unknown): void {
    const { report, limits } = this.household;
    try {
      const told = error instanceof TooLarge ? updateTooLarge(limits.updateBytes) : unexpected(report(error));
      this.stop(subscription.id);
      this.perform(this.dialect.failed(subscription.id, [told]));
    } catch (again) {
      report(again);
      this.webSocket.terminate();
    }
  }

  /** Counts what comes in; false when it is too much, and the connection over. */
  private accept(): boolean {
    const { limits, clock } = this.household;
    this.alive = true;
    if (this.over) return false;
    if (spend(this, limits, clock.now())) return true;
    this.close(endings.flood);
    return false;
  }

  private take(text: string): void {
    if (this.over) return;
    if (this.waiting === null) {
      this.perform(this.dialect.receive(text, this));
      return;
    }
    this.waitingLength += text.length;
    if (this.waitingLength > this.household.limits.backlogBytes) {
      this.close(endings.flood);
      return;
    }
    this.waiting.push(text);
  }

  /** Handles what waited; what has to wait again goes on waiting. */
  private goOn(): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    this.waitingLength = 0;
    for (const text of waiting) this.take(text);
  }

  private perform(step: Step): void {
    switch (step.type) {
      case 'nothing':
        return;
      case 'say':
        this.sayAll(step.messages);
        return;
      case 'greet':
        this.greet(step.credential);
        return;
      case 'open':
        this.open(step.asked);
        return;
      case 'stop':
        this.stop(step.id);
        this.sayAll(step.messages);
        return;
      case 'end':
        this.sayAll(step.messages);
        this.close(step.ending);
        return;
    }
  }

  private sayAll(messages: readonly string[]): void {
    for (const message of messages) this.send(message);
  }

  /** After what the hub has waiting, so that bytes leave in the order of the calls. */
  private send(text: string): void {
    this.writer.flush();
    if (!this.writer.hasRoom(text.length)) return;
    this.webSocket.send(text);
    this.writer.wrote();
  }

  private greet(credential: Credential): void {
    const { entrance, sockets, report, ka: kaMembers } = this.household;
    this.phase = 'greeting';
    if (this.dialect.greetsFirst) this.waiting = [];
    void entrance(credential)
      .then((verified) => {
        if (this.over) return;
        if (verified.type !== 'caller') {
          this.perform(this.dialect.greeted(verified.type));
          return;
        }
        if (!sockets.take(accountOf(verified.caller))) {
          this.perform(this.dialect.greeted('full'));
          return;
        }
        this.caller = verified.caller;
        this.phase = 'ready';
        if (this.dialect.greetsFirst) kaMembers.add(this);
        this.watch();
        if (this.over) return;
        this.perform(this.dialect.greeted('caller'));
        this.goOn();
      })
      .catch((error) => this.broken(report(error)));
  }

  private open(asked: Asked): void {
    const { entrance, report } = this.household;
    if (asked.credential === null) {
      this.begin(asked, this.caller);
      return;
    }
    this.waiting ??= [];
    void entrance(asked.credential)
      .then((verified) => {
        if (this.over) return;
        if (verified.type === 'caller') this.begin(asked, verified.caller);
        else this.perform(this.dialect.notAllowed(asked.id, verified.type));
        this.goOn();
      })
      .catch((error) => this.broken(report(error)));
  }

  /** Something of ours went wrong: the client had better come again. */
  private broken(_incident: string): void {
    this.close(endings.unavailable);
  }

  private begin({ id, request }: Asked, caller: Caller | null): void {
    const { count } = this.household;
    if (caller === null) {
      this.perform(this.dialect.failed(id, [whyNot.closing]));
      return;
    }
    if (!count(caller, 1)) {
      this.perform(this.dialect.failed(id, [whyNot.rate]));
      return;
    }
    const prepared = this.dialect.prepare(request, caller);
    switch (prepared.type) {
      case 'errors':
        this.perform(this.dialect.failed(id, prepared.errors));
        return;
      case 'query':
        // One was counted above, before the document was looked at.
        if (prepared.cost > 1 && !count(caller, prepared.cost - 1))
          this.perform(this.dialect.failed(id, [whyNot.rate]));
        else this.ask({ id, caller }, prepared.run);
        return;
      case 'subscription':
        this.subscribe(new LiveSubscription(this, id, this.dialect.update, prepared.plan, caller));
        return;
    }
  }

  private subscribe(subscription: LiveSubscription): void {
    const { subscriptions, kept, hub, limits } = this.household;
    const { id, account } = subscription;
    if (!subscriptions.take(account)) {
      this.perform(this.dialect.failed(id, [whyNot.perKey(limits.subscriptionsPerKey)]));
      return;
    }
    if (!kept.take(account, subscription)) {
      subscriptions.give(account);
      this.perform(this.dialect.failed(id, [whyNot.bytes]));
      return;
    }
    this.operations = [...this.operations, subscription];
    hub.subscribe(subscription);
    if (subscription.caller !== this.caller) this.watch();
    // Its token may have expired just now.
    if (!this.over) this.perform(this.dialect.started(id));
  }

  /** One query after the other: what a single socket asks for at once holds up itself and not the others. */
  private ask(operation: Operation, run: () => Promise<ExecutionResult>): void {
    this.operations = [...this.operations, operation];
    const turn = (this.queries ?? Promise.resolve())
      .then(() => this.answer(operation, run))
      .catch((error) => this.broken(this.household.report(error)))
      .finally(() => {
        if (this.queries === turn) this.queries = null;
      });
    this.queries = turn;
  }

  private async answer(operation: Operation, run: () => Promise<ExecutionResult>): Promise<void> {
    // Its id may belong to a newer operation by the time that it has a result: then nobody waits for that any more.
    if (!this.operations.includes(operation) || !this.writer.hasRoom(0)) return;
    const result = await run();
    if (!this.operations.includes(operation) || !this.writer.hasRoom(0)) return;
    this.operations = this.operations.filter((other) => other !== operation);
    this.perform(this.dialect.answered(operation.id, result));
  }

  private stop(id: string): void {
    const stopped = this.operations.find((operation) => operation.id === id);
    if (!stopped) return;
    this.operations = this.operations.filter((operation) => operation !== stopped);
    this.release(stopped);
  }

  private release(operation: Operation): void {
    if (!(operation instanceof LiveSubscription)) return;
    const { hub, subscriptions, kept } = this.household;
    hub.unsubscribe(operation);
    subscriptions.give(operation.account);
    kept.give(operation.account, operation);
  }

  /** Ends the connection when the first of its tokens expires (S30), or its life is over. */
  private watch(): void {
    const { clock } = this.household;
    this.timer?.();
    this.timer = null;
    let at = Math.min(this.endsAt, expiryOf(this.caller));
    for (const { caller } of this.operations) at = Math.min(at, expiryOf(caller));
    const left = at - clock.now();
    if (left <= 0) this.close(at === this.endsAt ? endings.lifeOver : endings.expired);
    // A timer may be shorter than the time asked for, and what it was for may have ended: so it looks again.
    else if (left < Number.POSITIVE_INFINITY) this.timer = clock.after(left, () => this.watch());
  }
}

function expiryOf(caller: Caller | null): number {
  return caller?.type === 'token' ? caller.expiresAt : Number.POSITIVE_INFINITY;
}
