import { guard, type Safeguard } from './guard.ts';

/** What people send, in every form. */
export const http: readonly Safeguard[] = [
  guard(
    'bodies: one without a length is read like one with it',
    'handlers/api/middleware/read-body.ts',
    'new Request(url, { method, headers, signal, body })',
    'new Request(request.raw, { body })',
    'embedded/service/body-forms',
  ),
  guard(
    'bodies: the limit holds while a body comes',
    'handlers/api/middleware/read-body.ts',
    'if (bytes > maxBytes) return null;',
    '',
    'handlers/api/bad-requests',
  ),
  guard(
    'bodies: a client that is still sending hears the refusal before the connection is closed',
    'embedded/service/http-server.ts',
    '    closeLingering(request);\n',
    '',
    'embedded/service/body-forms',
  ),
  guard(
    'bodies: a content coding is refused, and what is taken is said',
    'handlers/api/middleware/json-body.ts',
    "if (c.req.header('Content-Encoding')?.split(',').some(isEncoded)) {",
    'if (isEncoded("")) {',
    'handlers/api/bad-requests',
  ),
  guard(
    'tags: what a compressing proxy makes of one still matches',
    'handlers/api/etag.ts',
    " || named.replace(codingSuffix, '') === own",
    '',
    'handlers/api/status',
  ),
  guard(
    'S19: an answer that was not held never says to come back at once',
    'handlers/read/hold.ts',
    "return { seen: first, end: 'news' };",
    "return { seen: first, end: 'changed' };",
    'handlers/api/long-poll',
  ),
  guard(
    'S1: names are counted by characters',
    'core/names.ts',
    "const characters = text.split('').filter((unit) => !isSecondHalf(unit)).length;",
    'const characters = text.length;',
    'core/names',
    'whole/names',
  ),
  guard(
    'S1: what no URL can hold is no name',
    'core/names.ts',
    "text !== '.' && text !== '..' && ",
    '',
    'core/names',
    'whole/names',
  ),
  guard(
    'receiver: an event with empty lists of headers is read by its headers',
    'client-sdk/src/server/lambda.ts',
    '!given.has(name.toLowerCase())',
    'given.size < 0',
    'client-sdk/server/lambda',
  ),
];
