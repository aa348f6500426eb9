import { connect } from 'node:net';
import { serveCalls } from '../process/calls.ts';
import { stayAwake } from './awake.ts';

export interface HttpLoad {
  readonly port: number;
  /** The request's bytes. */
  readonly request: string;
  /** Each has one request under way. */
  readonly connections: number;
  readonly requests: number;
}

/** The bytes of one answer, from its first: all answers to one request are as long. */
function lengthOf(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1] ?? '0';
  return end + 4 + Number(length);
}

/** Sends the same request over and over on connections kept alive, and answers what the last answer was. */
async function load(options: HttpLoad): Promise<string> {
  const sleep = stayAwake();
  return ask(options).finally(sleep);
}

function ask({ port, request, connections, requests }: HttpLoad): Promise<string> {
  let left = requests;
  let under = 0;
  let sample = '';
  return new Promise((resolve, reject) => {
    const open = (): void => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let size: number | null = null;
      let got = 0;
      const next = (): void => {
        if (left === 0) {
          socket.destroy();
          if (under === 0) resolve(sample);
          return;
        }
        left -= 1;
        under += 1;
        socket.write(request);
      };
      socket.once('connect', next);
      socket.once('error', reject);
      socket.on('data', (chunk) => {
        if (size === null) {
          size = lengthOf(chunk);
          sample = chunk.toString('latin1');
        }
        if (size === null) return reject(new Error('the head of the answer came in parts'));
        got += chunk.length;
        if (got < size) return;
        if (got > size) return reject(new Error(`answers differ in length: ${got} instead of ${size}`));
        got = 0;
        under -= 1;
        next();
      });
    };
    for (let index = 0; index < connections; index += 1) open();
  });
}

serveCalls({ load });
