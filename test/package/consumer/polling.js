import { createStatusClient, poll } from '@statuswire/client/core';

const client = createStatusClient({ url: '/', channels: [poll()] });
client.watch('orders', 'order-1042').subscribe((snapshot) => {
  document.body.textContent = snapshot.status;
});
