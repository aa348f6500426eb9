import { createServer } from 'node:http';
import { serveCalls } from '../process/calls.ts';
import { startCpu } from '../process/cpu.ts';
import { listenLocal } from '../servers/listen.ts';

interface Fixed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** node:http with nothing on top, which answers everything with the same bytes. */
let fixed: Fixed = { status: 200, headers: {}, body: '' };
let cpu = startCpu();
const port = await listenLocal(
  createServer((_request, response) => {
    response.writeHead(fixed.status, fixed.headers);
    response.end(fixed.body);
  }),
);

serveCalls({
  listening: () => port,
  answer: (next: Fixed) => {
    fixed = next;
  },
  startCpu: () => {
    cpu = startCpu();
  },
  cpu: () => cpu(),
});
