// The package has no types of its own that TypeScript finds: its declarations are left out of what it publishes.
declare module 'asl-validator' {
  function validate(
    definition: unknown,
    options: { readonly checkPaths: boolean; readonly checkArn: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly { readonly Message: string }[] };
  export = validate;
}
