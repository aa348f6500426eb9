import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { page } from './proxy-http.ts';
import type { Routes } from './routes.ts';
import { type Carrier, carry, type Push, type WireState } from './wire.ts';

interface Joined {
  readonly carrier: Carrier;
  /** No frame comes through. */
  readonly isMute: boolean;
  /** Nothing is awaited of the service any more. */
  readonly done: () => void;
}

/** Forwards WebSockets message by message, with their subprotocols, and does to them what the wire wants. */
export function createSocketSide(state: WireState, routes: Routes) {
  const { wire, sockets } = state;
  const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });

  return function upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => undefined);
    const offered = String(request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((name) => name.trim());
    const carrier: Carrier = offered[0] === 'graphql-ws' ? 'appsync' : 'graphql-transport-ws';
    const fate = wire.blocked.has(carrier) ? 'refuse' : wire.socket(carrier);
    if (fate !== 'pass') wire.befell.add(fate);
    if (fate === 'html' || fate === 'refuse') {
      if (fate === 'html') endRaw(raw, '200 OK', page);
      else endRaw(raw, '502 Bad Gateway', '');
      return;
    }
    const { host: _, ...headers } = endToEnd(request);
    // Until the service has said something, unless it never will.
    const done = fate === 'mute' || wire.isFrozen ? () => undefined : state.clock.busy();
    raw.once('close', done);
    const there = new WebSocket(`${routes.origin(carrier).replace(/^http/, 'ws')}${request.url ?? ''}`, offered, {
      headers,
    });
    const failed = () => endRaw(raw, '502 Bad Gateway', '');
    there.once('error', failed);
    there.once('message', done);
    there.once('open', () => {
      there.off('error', failed);
      server.handleUpgrade(request, raw, head, (here) => join(here, there, { carrier, isMute: fate === 'mute', done }));
    });
    raw.once('close', () => there.terminate());
  };

  function join(here: WebSocket, there: WebSocket, { carrier, isMute, done }: Joined): void {
    const kill = () => {
      here.terminate();
      there.terminate();
    };
    sockets.add(kill);
    here.on('error', kill);
    there.on('error', kill);
    const flows = () => !isMute && !wire.isFrozen;
    here.on('message', (data) => {
      const forward = () => {
        if (flows() && there.readyState === WebSocket.OPEN) there.send(String(data));
        // Nothing answers what does not arrive, so time goes on.
        else done();
      };
      const lateMs = isStart(data) ? wire.start(carrier) : 0;
      if (lateMs > 0) state.clock.setTimeout(forward, lateMs);
      else forward();
    });
    there.on('message', (data) => {
      if (!flows()) return;
      const handOver = () => {
        if (here.readyState === WebSocket.OPEN) here.send(String(data));
      };
      void carry(state, pushIn(carrier, data), handOver);
    });
    here.on('close', (code, reason) => {
      sockets.delete(kill);
      close(there, code, String(reason));
    });
    there.on('close', (code, reason) => {
      if (flows()) close(here, code, String(reason));
    });
  }
}

/** 1005 and 1006 stand for a close without a code: they are not sent (RFC 6455 §7.4.1). */
function close(socket: WebSocket, code: number, reason: string): void {
  if (code === 1006) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, reason);
}

/** The update that a message of either protocol carries; null for everything else. */
function pushIn(carrier: Carrier, data: RawData): Push | null {
  const text = String(data);
  if (!text.includes('statusChanged')) return null;
  const { payload } = JSON.parse(text) as {
    readonly payload?: { readonly data?: { readonly statusChanged?: unknown } };
  };
  const update = payload?.data?.statusChanged as { readonly seq: number; readonly epoch: string } | undefined;
  return update ? { carrier, seq: update.seq, epoch: update.epoch } : null;
}

const isStart = (data: RawData): boolean => /"type":"(start|subscribe)"/.test(String(data));

function endToEnd({ headers }: IncomingMessage): { readonly [name: string]: string } {
  const own = Object.entries(headers).filter(([name]) => !/^(sec-websocket-|connection$|upgrade$)/.test(name));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

function endRaw(raw: Duplex, status: string, body: string): void {
  raw.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}
