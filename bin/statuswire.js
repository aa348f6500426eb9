#!/usr/bin/env node
import './require-node.js';

// Whoever read our output is gone. A service goes on without; a command has nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    if (process.argv[2] !== 'serve') process.exit(0);
  });
}

// Imported only now, because an older Node could not even parse what follows.
const { run } = await import('../embedded/cli/main.ts');
await run(process.argv);
