import { transformSync } from 'esbuild';
import { internalNames } from './internal-names.ts';

/** A file as it is published: its text, and its source map. */
export interface Emitted {
  readonly code: string;
  readonly map: string;
}

/** Gives internal properties their short names. The map goes on leading to the TypeScript that the given one leads to. */
export function shorten(code: string, map: string, file: string): Emitted {
  const comment = /\/\/# sourceMappingURL=.*/;
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  const short = transformSync(code.replace(comment, inline), {
    ...{ loader: 'js', format: 'esm', target: 'es2022', sourcefile: file, sourcemap: 'external' },
    mangleProps: new RegExp(`^(${[...internalNames.keys()].join('|')})$`),
    mangleCache: Object.fromEntries(internalNames),
  });
  // A file of types alone has no code that leads anywhere.
  const leads = JSON.parse(short.map).sources.length > 0;
  return { code: `${short.code}${comment.exec(code)?.[0] ?? ''}\n`, map: leads ? short.map : map };
}
