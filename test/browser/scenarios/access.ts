import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Kit } from '../tab.ts';

/** What has the focus, as a screen reader names it, and whether that can be seen. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const named = element as HTMLInputElement | null;
    if (element === document.body) return { label: '', seen: true };
    const label = element?.getAttribute('aria-label') ?? named?.labels?.[0]?.textContent ?? element?.textContent ?? '';
    const seen = element ? getComputedStyle(element).outlineStyle !== 'none' : false;
    return { label: label.trim(), seen };
  });

async function tabTo(page: Page, label: RegExp): Promise<void> {
  for (let count = 0; count < 30; count++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    assert.ok(now.seen, `the focus on "${now.label}" can be seen`);
    if (label.test(now.label)) return;
  }
  assert.fail(`no way to ${label} by keyboard`);
}

export async function worksByKeyboard({ open }: Kit): Promise<void> {
  const tab = await open();
  const { page } = tab;
  await tabTo(page, /One more/);
  await page.keyboard.press('Enter');
  await tabTo(page, /All goes well/);
  await page.keyboard.press('ArrowDown');
  await tabTo(page, /Place order/);
  await page.keyboard.press('Enter');
  await tab.connected('Live', 'subscription');
  await tabTo(page, /^Offline/);
  await page.keyboard.press('Space');
  await tab.connected('Offline');
  await page.keyboard.press('Space');
  await tab.status('Failed');
  await tabTo(page, /Redrive/);
  await page.keyboard.press('Enter');
  await tab.status('On its way');
  await page.getByText('€84.00').last().waitFor();
}

export async function namesEveryControl({ open }: Kit): Promise<void> {
  const tab = await open();
  const { page } = tab;
  await tab.place('The carrier is down, once');
  await tab.status('Failed');
  const tree = await page.locator('body').ariaSnapshot();
  // A control without a name stands alone on its line.
  const controls = tree
    .split('\n')
    .filter((line) => /- (button|radio|switch|spinbutton|progressbar|region|list)\b/.test(line));
  const unnamed = controls.filter((line) => !line.includes('"'));
  assert.deepEqual(unnamed, []);
  for (const name of [
    'heading "Order page" [level=1]',
    'spinbutton "Quantity"',
    'group "What should happen?"',
    'radio "All goes well"',
    'button "Place order',
    'region "Your order"',
    'list "Steps"',
    'progressbar "Progress of the order"',
    'list "Updates"',
    'switch "Block WebSockets"',
    'button "Redrive"',
    'button "Retry now"',
  ]) {
    assert.ok(tree.includes(name), `${name} is in\n${tree}`);
  }
  assert.match(tree, /- status: Failed/);
}
