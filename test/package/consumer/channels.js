// Every channel alone over the real service, then the testing kit: what the entries hand to each other must fit together
// under the names that the build gave. Arguments: URL, token, id. Prints who carried, and what the kit healed.
import { appsync, createStatusClient, transportWs } from '@statuswire/client/core';
import { createStatusClient as createServerClient, createWebhookReceiver } from '@statuswire/client/server';
import { createTestService } from '@statuswire/client/testing';

const [url, token, id] = process.argv.slice(2);
const receiver = createWebhookReceiver({ secret: `whsec_${btoa('0123456789abcdef0123456789abcdef')}` });
const carried = {};
for (const [name, client] of [
  ['appsync', createStatusClient({ url, token, channels: [appsync()] })],
  ['graphql-transport-ws', createStatusClient({ url, token, channels: [transportWs()] })],
  ['webhook', createServerClient({ url, token, channels: [receiver.channel()] })],
]) {
  const watch = client.watch('orders', id);
  const { connection, status } = await new Promise((resolve) => {
    watch.subscribe((snapshot) => snapshot.connection.state === 'live' && snapshot.update && resolve(snapshot));
  });
  carried[name] = [connection.channel, status];
  client.close();
}

const service = createTestService();
const order = service.run('orders', 'order-1');
const watch = service.client().watch('orders', 'order-1');
const seqs = [];
watch.subscribe(({ update }) => update && seqs.push(update.seq));
order.start();
await service.advance(5_000);
const { channel } = watch.getSnapshot().connection;
service.drop();
order.enter('Charge');
order.succeed({ receipt: 7 });
await service.advance(5_000);
const { status } = watch.getSnapshot();
service.close();
process.stdout.write(JSON.stringify({ carried, kit: { channel, status, last: seqs.at(-1) } }));
