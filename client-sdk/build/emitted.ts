import { linkedDeclaration } from '../../packaging/compile.ts';

/** The declarations of `using`; only TypeScript's newest `lib` has them by default. */
const disposable = '/// <reference lib="esnext.disposable" />\n';

/**
 * A declaration file as the compiler wrote it, made to stand alone: the compiler leaves `.ts` in imports, the contract lies
 * beside the other files instead of in core, and what needs a `lib` names it, so that a page compiled for ES2022 needs no
 * `skipLibCheck`. @param depth how many folders it lies below the package's root
 */
export function declaration(text: string, depth: number): string {
  const up = depth === 0 ? './' : '../'.repeat(depth);
  const local = linkedDeclaration(text.replace(/(['"])(?:\.\.\/)+core\/contract\.ts\1/g, `'${up}contract.js'`));
  return /\b(?:Async)?Disposable\b|Symbol\.(?:asyncD|d)ispose/.test(local) ? disposable + local : local;
}

/** A source map whose source, which it contains, has a name inside the package instead of a path on this machine. */
export function sourceMap(text: string, source: string): string {
  return JSON.stringify({ ...JSON.parse(text), sources: [source] });
}
