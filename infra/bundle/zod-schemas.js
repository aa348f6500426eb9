/**
 * The members of `z` that are used, for esbuild to leave out the others; one that is missing here fails when the bundle is
 * loaded.
 */
export * as iso from 'zod-package/v4/classic/iso.js';
export {
  array,
  boolean,
  discriminatedUnion,
  enum,
  exactOptional,
  int,
  json,
  literal,
  looseObject,
  number,
  object,
  record,
  strictObject,
  string,
  union,
  unknown,
  url,
  ZodType,
} from 'zod-package/v4/classic/schemas.js';
