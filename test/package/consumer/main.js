import { createStatusClient } from '@statuswire/client';

const client = createStatusClient({ url: '/' });
client.watch('orders', 'order-1042').subscribe((snapshot) => {
  document.body.textContent = snapshot.status;
});
