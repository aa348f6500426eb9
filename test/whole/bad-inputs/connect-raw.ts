import { connect } from 'node:net';

/** Sends bytes as they are; answers the statuses that came back when the server has closed. After `count` of them we do. */
export function answersTo(url: string, bytes: string | Buffer, count: number): Promise<readonly number[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const statuses = (): readonly number[] =>
      [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (count > 0 && statuses().length >= count) socket.end();
    });
    // A server that closes while we still write resets the connection; what it said before counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(statuses()));
  });
}
