import { Socket } from 'node:net';

/**
 * What runs in a process of its own: loads a bundle as Lambda does, invokes it with each event, and prints one JSON line.
 * While the bundle is being loaded nothing may be dialled.
 */
const [folder = '', events = '[]'] = process.argv.slice(2);
const { connect } = Socket.prototype;
Socket.prototype.connect = () => {
  throw new Error('The bundle dials while it is being loaded.');
};
const begun = process.threadCpuUsage();
const { handler } = await import(`${folder}/index.mjs`);
const { user, system } = process.threadCpuUsage(begun);
Socket.prototype.connect = connect;

const answers: unknown[] = [];
const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 };
for (const event of JSON.parse(events)) {
  try {
    answers.push(await handler(event, context));
  } catch (error) {
    answers.push({ thrown: error instanceof Error ? error.name : String(error) });
  }
}
process.stdout.write(`\n${JSON.stringify({ handler: typeof handler, loadMs: (user + system) / 1_000, answers })}\n`);
