import { registerHooks } from 'node:module';

/**
 * typescript-eslint works with TypeScript 5, which this package has, and npm puts `ts-api-utils`, a part of it, beside the
 * root's TypeScript 7, because its peer range allows any. So it is given ours, whatever the tree looks like. To be imported
 * before the plugin.
 */
const own = import.meta.resolve('typescript');

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'typescript' || !context.parentURL?.includes('/ts-api-utils/'))
      return nextResolve(specifier, context);
    return { url: own, format: 'commonjs', shortCircuit: true };
  },
});
