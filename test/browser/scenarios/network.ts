import assert from 'node:assert/strict';
import type { Kit } from '../tab.ts';

export async function survivesAKilledServer({ open, server }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place();
  await tab.connected('Live', 'subscription');
  await tab.shows(4);
  await server.kill();
  await tab.connected('Offline');
  await tab.page.getByText('The connection is lost.').waitFor();
  // It is said for four seconds only, so somebody has to be there in time.
  const restored = tab.page.getByText('The connection is back').waitFor({ timeout: 60_000 });
  await Promise.all([restored, server.start().then(() => tab.page.getByRole('button', { name: 'Retry now' }).click())]);
  await tab.status('On its way');
  await tab.complete(id);
}

export async function pollsWhereWebSocketsAreBlocked({ browser, server, open }: Kit): Promise<void> {
  let blocked = true;
  const tab = await open();
  await tab.page.routeWebSocket('**', (socket) => {
    if (blocked) void socket.close({ code: 1011, reason: 'a proxy' });
    else socket.connectToServer();
  });
  // The route holds for documents from now on.
  await tab.page.goto(server.url);
  const id = await tab.place();
  await tab.connected('Live', 'polling');
  await tab.status('On its way');
  await tab.complete(id);
  const channels = await tab.page.locator('[data-seq] .badge').allInnerTexts();
  assert.deepEqual([...new Set(channels)], ['polling']);
  blocked = false;
  await tab.page.getByRole('button', { name: 'Retry now' }).click();
  await tab.connected('Live', 'subscription');
  assert.ok(browser.isConnected());
}

export async function catchesUpAfterOffline({ open, server }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place();
  await tab.connected('Live', 'subscription');
  await tab.shows(3);
  await tab.context.setOffline(true);
  await untilEnded(server, id);
  await tab.context.setOffline(false);
  await tab.status('On its way');
  await tab.complete(id);
  await tab.connected('Live', 'subscription');
}

export async function itsOwnControlsBreakAndMendIt({ open }: Kit): Promise<void> {
  const tab = await open();
  const { page } = tab;
  const id = await tab.place();
  await tab.connected('Live', 'subscription');
  await page.getByRole('button', { name: 'Cut socket' }).click();
  await tab.connected('Live', 'subscription');
  const block = page.getByRole('switch', { name: 'Block WebSockets' });
  await block.click();
  await tab.connected('Live', 'polling');
  await block.click();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await tab.connected('Live', 'subscription');
  const offline = page.getByRole('switch', { name: 'Offline' });
  await offline.click();
  await page.getByText('The connection is lost.').waitFor();
  await offline.click();
  await page.getByText('The connection is back').waitFor();
  await tab.status('On its way');
  await tab.complete(id);
}

/** Until the log of an order, whatever a page shows of it, grows no more. */
export async function untilEnded(server: Kit['server'], id: string): Promise<void> {
  for (const deadline = Date.now() + 45_000; Date.now() < deadline; ) {
    if ((await server.seqsOf(id)).length >= 13) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('the order did not end');
}
