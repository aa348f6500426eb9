/** An unsigned JWT, as far as a client looks into it. Times in seconds since 1970. */
export const makeToken = (claims: { readonly iat?: number; readonly exp?: number; readonly name?: string }): string =>
  [{ alg: 'HS256' }, { ...claims, grant: { workflow: '~~ordërs??' } }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('signature')
    .join('.');
