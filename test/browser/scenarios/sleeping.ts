import assert from 'node:assert/strict';
import type { Kit } from '../tab.ts';
import { untilEnded } from './network.ts';

export async function catchesUpAfterSleep({ open, server }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place();
  await tab.connected('Live', 'subscription');
  await tab.shows(3);
  const session = await tab.context.newCDPSession(tab.page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await untilEnded(server, id);
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await tab.status('On its way');
  await tab.complete(id);
}

export async function catchesUpAfterBackButton({ open, server }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place();
  await tab.connected('Live', 'subscription');
  await tab.shows(3);
  await tab.page.goto(new URL('../../healthz', server.url).href);
  await untilEnded(server, id);
  await tab.page.goBack({ waitUntil: 'commit' });
  await tab.status('On its way');
  await tab.complete(id);
  await tab.connected('Live', 'subscription');
}

/** Without a socket a page is kept as it is, and goes on from there: its timers and requests are from another time. */
export async function goesOnFromTheBackForwardCache({ open, server }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place();
  await tab.page.getByRole('switch', { name: 'Block WebSockets' }).click();
  await tab.connected('Live', 'polling');
  await tab.shows(3);
  await tab.page.evaluate(() => Object.assign(globalThis, { mark: 'kept' }));
  await tab.page.goto(new URL('../../healthz', server.url).href);
  await untilEnded(server, id);
  await tab.page.goBack({ waitUntil: 'commit' });
  await tab.status('On its way');
  await tab.complete(id);
  const kept = await tab.page.evaluate(() => Reflect.get(globalThis, 'mark'));
  assert.equal(kept, 'kept', 'the browser kept the page');
}
