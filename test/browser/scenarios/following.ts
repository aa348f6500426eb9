import assert from 'node:assert/strict';
import type { Kit } from '../tab.ts';

export async function followsAnOrderToItsEnd({ open }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place();
  await tab.connected('Live', 'subscription');
  await tab.status('On its way');
  await tab.complete(id);
  const text = await tab.page.getByRole('region', { name: 'Your order' }).innerText();
  assert.match(text, /€42\.00/);
  assert.match(text, new RegExp(`SW-${id}`));
  // A reload shows the same order, with a token that the backend mints anew.
  await tab.page.reload();
  await tab.status('On its way');
  await tab.complete(id);
}

export async function showsTheSameInTwoTabs({ open, browser }: Kit): Promise<void> {
  const first = await open();
  const id = await first.place();
  await first.shows(2);
  const second = await open({ beside: first });
  for (const tab of [first, second]) {
    await tab.status('On its way');
    await tab.complete(id);
  }
  // Another browser has no business with this order.
  const stranger = await browser.newPage();
  await stranger.goto(first.page.url());
  await stranger.locator('.problem', { hasText: 'This order was placed in another browser.' }).waitFor();
  assert.equal(await stranger.locator('[data-seq]').count(), 0);
}

export async function redrivesAFailedOrder({ open }: Kit): Promise<void> {
  const tab = await open();
  const id = await tab.place('The carrier is down, once');
  await tab.status('Failed');
  await tab.page.getByText('CarrierUnavailable', { exact: true }).waitFor();
  await tab.page.getByRole('button', { name: 'Redrive' }).click();
  await tab.status('On its way');
  await tab.complete(id);
}
