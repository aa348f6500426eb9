// Plain JavaScript on purpose: an older Node must be able to read it, so that it can say what is wrong.
import { readFileSync } from 'node:fs';

const { engines, devEngines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
// The repository is run from its sources, for which it needs more than the package does.
const least = (devEngines ? devEngines.runtime.version : engines.node).replace('>=', '');
const [major, minor] = process.versions.node.split('.').map(Number);
const [leastMajor, leastMinor = 0] = least.split('.').map(Number);
if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  const hint = devEngines ? ' Where the npm registry has it, "npm ci" brings one along for npm scripts and npx;' : '';
  console.error(
    `Statuswire needs Node ${least} or later; this is ${process.version}.${hint} ${devEngines ? 'elsewhere install' : 'Install'} it from https://nodejs.org.`,
  );
  process.exit(1);
}
