import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Server } from './server.ts';

/** One tab with the order page. */
export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Places an order by the form; answers its id. @param scenario as the form names it. */
  place(scenario?: string): Promise<string>;
  /** Waits until the order's status reads so. */
  status(text: string): Promise<void>;
  /** Waits until at least so many updates are shown. */
  shows(count: number): Promise<void>;
  /** Waits until the connection reads so, and comes by this channel. */
  connected(text: string, channel?: string): Promise<void>;
  /** Every seq of the log is on the page, once, in order (G2, G3). */
  complete(id: string): Promise<void>;
}

export interface Kit {
  readonly browser: Browser;
  readonly server: Server;
  /** Opens the page in a context of its own, or beside another tab. */
  open(how?: { readonly beside?: Tab; readonly options?: Parameters<Browser['newContext']>[0] }): Promise<Tab>;
  /** What was wrong in any tab so far: uncaught errors, and what the browser put on the console. */
  readonly complaints: string[];
}

/** What Chromium itself writes to the console about a network that is broken on purpose. */
const brokenNetwork = /net::ERR_|WebSocket connection to .* failed/;
const patienceMs = 45_000;

export function createKit(browser: Browser, server: Server): Kit {
  const complaints: string[] = [];

  function listen(page: Page): void {
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error}`));
    page.on('console', (message) => {
      const isBad = message.type() === 'error' || message.type() === 'warning';
      // The back button's test goes by way of a bare answer, which has no icon.
      const isIcon = message.location().url.endsWith('/favicon.ico');
      if (isBad && !isIcon && !brokenNetwork.test(message.text()))
        complaints.push(`${message.type()}: ${message.text()}`);
    });
  }

  return {
    browser,
    server,
    complaints,
    async open({ beside, options = {} } = {}) {
      const context = beside?.context ?? (await browser.newContext(options));
      const page = await context.newPage();
      listen(page);
      await page.goto(beside ? beside.page.url() : server.url);
      return createTab(page, context, server);
    },
  };
}

function createTab(page: Page, context: BrowserContext, server: Server): Tab {
  const order = page.getByRole('region', { name: 'Your order' });
  const shown = page.locator('[data-seq]');
  const seqs = () => shown.evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-seq'))));
  return {
    page,
    context,
    async place(scenario = 'All goes well') {
      await page.getByRole('radio', { name: scenario }).check();
      await page.getByRole('button', { name: 'Place order' }).click();
      await page.waitForFunction(() => location.hash.length > 1);
      return new URL(page.url()).hash.slice(1);
    },
    status: (text) => order.locator('.pill', { hasText: text }).waitFor(),
    shows: (count) => shown.nth(count - 1).waitFor(),
    async connected(text, channel) {
      const line = order.locator('.connection p').first();
      await line
        .filter({ hasText: text })
        .filter({ hasText: channel ?? '' })
        .waitFor();
    },
    async complete(id) {
      const log = await server.seqsOf(id);
      assert.ok(log.length > 5, 'the log has the whole order');
      await shown.nth(log.length - 1).waitFor();
      assert.deepEqual(await seqs(), log);
    },
  };
}
