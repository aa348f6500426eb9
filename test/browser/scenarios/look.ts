import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Kit } from '../tab.ts';

const looks = [
  { name: 'desktop', options: { viewport: { width: 1280, height: 900 } } },
  { name: 'desktop-dark', options: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' } },
  { name: 'phone', options: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true } },
] as const;

/** Screenshots of an order that is placed, under way, and failed; nothing may stick out to the side. */
export const fits =
  (folder: string) =>
  async ({ open }: Kit): Promise<void> => {
    await Promise.all(
      looks.map(async ({ name, options }) => {
        const tab = await open({ options });
        const shoot = async (moment: string) => {
          await tab.page.screenshot({ path: join(folder, `${name}-${moment}.png`), fullPage: true });
          const sideways = await tab.page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          assert.equal(sideways, 0, `${name} ${moment} scrolls sideways`);
        };
        await shoot('1-empty');
        await tab.place('The carrier is down, once');
        await tab.shows(7);
        await shoot('2-running');
        await tab.status('Failed');
        await shoot('3-failed');
        await tab.page.getByRole('button', { name: 'Redrive' }).click();
        await tab.status('On its way');
        await shoot('4-done');
      }),
    );
  };

export async function servesItClosed({ server }: Kit): Promise<void> {
  const page = await fetch(server.url);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  const html = await page.text();
  assert.doesNotMatch(html, /sw_|eyJ/, 'no key and no token is in the page');
  const [, asset = ''] = /src="\.\/(assets\/[^"]+)"/.exec(html) ?? [];
  const script = await fetch(new URL(asset, server.url));
  assert.match(script.headers.get('cache-control') ?? '', /immutable/);
  const again = await fetch(server.url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
  assert.equal(again.status, 304);
  const noSlash = await fetch(server.url.slice(0, -1), { redirect: 'manual' });
  assert.deepEqual([noSlash.status, noSlash.headers.get('location')], [308, './order-page/']);
  assert.equal((await fetch(new URL('../../package.json', server.url))).status, 404);
}
