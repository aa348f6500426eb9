/**
 * Stands for `zod` in a bundle. `@hono/zod-openapi` makes a value of the whole `z`, so that nothing of it could be left out:
 * messages in 40 languages, JSON Schema both ways, a compiler of schemas; 330 kB in all.
 */
import * as z from './zod-schemas.js';

export * from './zod-schemas.js';
export { z };
