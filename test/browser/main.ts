/**
 * The order page in a real browser: `npm run test:browser`; with `-- "killed server"` only the scenarios whose name has that.
 * Exit code 1 when something is wrong.
 */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, launch } from './chromium.ts';
import { namesEveryControl, worksByKeyboard } from './scenarios/access.ts';
import { followsAnOrderToItsEnd, redrivesAFailedOrder, showsTheSameInTwoTabs } from './scenarios/following.ts';
import { fits, servesItClosed } from './scenarios/look.ts';
import {
  catchesUpAfterOffline,
  itsOwnControlsBreakAndMendIt,
  pollsWhereWebSocketsAreBlocked,
  survivesAKilledServer,
} from './scenarios/network.ts';
import { catchesUpAfterBackButton, catchesUpAfterSleep, goesOnFromTheBackForwardCache } from './scenarios/sleeping.ts';
import { createServerProcess } from './server.ts';
import { createKit, type Kit } from './tab.ts';

type Scenario = readonly [name: string, run: (kit: Kit) => Promise<void>];

const pictures = mkdtempSync(join(tmpdir(), 'statuswire-pictures-'));

/** Those of a group share the service and the two cores; between groups nothing is under way. */
const groups: readonly (readonly Scenario[])[] = [
  [
    ['an order is placed and followed to its end', followsAnOrderToItsEnd],
    ['the page and its headers are closed', servesItClosed],
    ['two tabs show the same, a stranger nothing', showsTheSameInTwoTabs],
    ['a failed order is redriven', redrivesAFailedOrder],
    ['where WebSockets are blocked it polls, and is promoted back', pollsWhereWebSocketsAreBlocked],
  ],
  [
    ['offline and online again', catchesUpAfterOffline],
    ['a tab that slept', catchesUpAfterSleep],
    ['the back button', catchesUpAfterBackButton],
    ['the back/forward cache', goesOnFromTheBackForwardCache],
    ['its own controls break and mend the network', itsOwnControlsBreakAndMendIt],
  ],
  [
    ['by keyboard alone', worksByKeyboard],
    ['every control has a name', namesEveryControl],
    [`it fits desktop and phone (pictures in ${pictures})`, fits(pictures)],
  ],
  [['through a killed server', survivesAKilledServer]],
];

async function main(executable: string): Promise<boolean> {
  const server = await createServerProcess();
  const browser = await launch(executable);
  let failed = 0;
  try {
    await server.start();
    for (const group of groups) {
      const chosen = group.filter(([name]) => name.includes(process.argv[2] ?? ''));
      const outcomes = chosen.map(async ([name, run]) => {
        const kit = createKit(browser, server);
        const from = performance.now();
        const problems = await run(kit).then(
          () => kit.complaints,
          (error: unknown) => [...kit.complaints, error instanceof Error ? (error.stack ?? error.message) : error],
        );
        const seconds = ((performance.now() - from) / 1_000).toFixed(1);
        console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
        for (const problem of problems) console.log(`     ${String(problem).replaceAll('\n', '\n     ')}`);
        if (problems.length > 0) failed++;
      });
      await Promise.all(outcomes);
    }
  } finally {
    await browser.close();
    await server.remove();
  }
  console.log(failed === 0 ? 'Everything held in a real browser.' : `${failed} of the scenarios failed.`);
  return failed === 0;
}

const executable = findChromium();
if (executable === null) {
  console.log('*'.repeat(79));
  console.log('NOT TESTED IN A BROWSER: there is no Chromium here. Install one (Debian: chromium), or');
  console.log('set CHROMIUM_PATH to its executable.');
  console.log('*'.repeat(79));
} else {
  process.exitCode = (await main(executable)) ? 0 : 1;
}
