#!/usr/bin/env node
import './require-node.js';

// Imported only now, because an older Node could not even parse what follows.
const { run } = await import('../embedded/cli/main.ts');
await run(process.argv);
