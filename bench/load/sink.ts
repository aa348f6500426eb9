import { createServer } from 'node:http';
import { serveCalls } from '../process/calls.ts';
import { listenLocal } from '../servers/listen.ts';

/** A webhook receiver that accepts everything. */
let received = 0;
const port = await listenLocal(
  createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      received += 1;
      response.writeHead(204).end();
    });
  }),
);

serveCalls({
  listening: () => port,
  /** Since the last call. */
  received: () => {
    const count = received;
    received = 0;
    return count;
  },
});
