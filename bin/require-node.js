// Plain JavaScript on purpose: an older Node must be able to read it, so that it can say what is wrong.
const least = 24;
if (Number(process.versions.node.split('.')[0]) < least) {
  console.error(
    `Statuswire needs Node ${least} or later; this is ${process.version}. On linux-x64 "npm ci" brings one along for npm scripts and npx, elsewhere install it from https://nodejs.org.`,
  );
  process.exit(1);
}
