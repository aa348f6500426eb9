// Follows one order to its end over the real service, in whatever Node runs this. Arguments: URL, token, id.
import { createStatusClient, isStatusError } from '@statuswire/client';
import { createStatusClient as createCoreClient, poll } from '@statuswire/client/core';

const [url, token, id] = process.argv.slice(2);
const seen = {};
for (const [name, client] of [
  ['all', createStatusClient({ url, token })],
  ['poll', createCoreClient({ url, token, channels: [poll()] })],
]) {
  const order = client.watch('orders', id);
  const seqs = [];
  for await (const { seq, status, done } of order) {
    seqs.push(seq);
    if (done) seen[name] = { seqs, status };
    if (done) break;
  }
  seen[name].output = await order.result();
  const absent = client.watch('orders', 'absent', { notFoundAfterMs: 0 }).result();
  seen[name].absent = await absent.catch((error) => isStatusError(error, 'not-found') && error.code);
  client.close();
}
process.stdout.write(JSON.stringify(seen));
