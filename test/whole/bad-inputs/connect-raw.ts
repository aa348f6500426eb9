import { connect } from 'node:net';

/** Sends bytes as they are; answers the statuses that came back when the server has closed, or after `patienceMs`. */
export function answersTo(url: string, bytes: string | Buffer, patienceMs = 3_000): Promise<readonly number[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve([...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)));
    };
    const timer = setTimeout(end, patienceMs);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    // A server that closes while we still write resets the connection; what it said before counts.
    socket.on('error', () => undefined);
    socket.on('close', end);
  });
}
