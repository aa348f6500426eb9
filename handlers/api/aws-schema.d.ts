/** `schema.graphql` in a bundle: esbuild's loader `text` writes it in (`infra/bundle`), because a Lambda has no checkout. */
declare module '*.graphql' {
  const text: string;

  // biome-ignore lint/style/noDefaultExport: the loader exports a text so.
  export { text as default };
}
