import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { refusal } from './errors.ts';
import { measure } from './measure.ts';

/** Bounds of one document. The defaults let the standard introspection query through with room to spare. */
export interface DocumentLimits {
  /** UTF-16 code units of text. Default 8,192. */
  readonly queryLength: number;
  /** Fields inside fields. Default 16. */
  readonly depth: number;
  /** Fields, aliases counted one by one and fragments written out. Default 400. */
  readonly fields: number;
  /** Bytes of memory that parsed documents are kept in, by estimate; least recently used dropped. Default 16 MiB. */
  readonly cachedBytes: number;
}

export const defaultDocumentLimits: DocumentLimits = {
  queryLength: 8_192,
  depth: 16,
  fields: 400,
  cachedBytes: 16 * 1024 * 1024,
};

/** A document that may run, or why not. */
export type Checked =
  | { readonly type: 'document'; readonly document: DocumentNode; readonly text: string }
  | { readonly type: 'errors'; readonly errors: readonly GraphQLError[] };

/** Parses, measures and validates a text: once as long as it is remembered, if it may run. */
export type Documents = (text: string) => Checked;

/** At most this many validation errors are told; more help nobody. */
const maxErrors = 20;

/**
 * Heap that a parsed document takes: measured on graphql 16 with Node 24, 180 to 480 bytes per token for its node, its
 * token and their places in the text, depending on the shape of the query.
 */
const bytesPerToken = 480;

/** Bytes of memory that a parsed document takes, rather too many than too few. */
function parsedBytes({ tokenCount = 0 }: DocumentNode, text: string): number {
  return bytesPerToken * (tokenCount + 1) + 2 * text.length;
}

export function createDocuments(schema: GraphQLSchema, limits: DocumentLimits = defaultDocumentLimits): Documents {
  const cache = new Map<string, { readonly checked: Checked; readonly bytes: number }>();
  let cachedBytes = 0;

  const check = (text: string): Checked => {
    try {
      const document = parse(text);
      const { fields, depth } = measure(document);
      if (depth > limits.depth)
        return failed(
          refusal('TOO_COMPLEX', `The query is ${depth} fields deep; at most ${limits.depth} are allowed.`),
        );
      if (fields > limits.fields)
        return failed(refusal('TOO_COMPLEX', `The query has ${fields} fields; at most ${limits.fields} are allowed.`));
      const errors = validate(schema, document, undefined, { maxErrors });
      return errors.length > 0 ? { type: 'errors', errors } : { type: 'document', document, text };
    } catch (error) {
      if (error instanceof GraphQLError) return failed(error);
      // The parser recurses: text of nothing but braces exhausts the stack before it can be measured.
      if (error instanceof RangeError) return failed(refusal('TOO_COMPLEX', 'The query is nested too deeply.'));
      throw error;
    }
  };

  /** Errors are not kept: nobody asks the same nonsense often, and they hold the document. */
  const keep = (text: string, checked: Checked): void => {
    if (checked.type === 'errors') return;
    const bytes = parsedBytes(checked.document, text);
    cache.set(text, { checked, bytes });
    cachedBytes += bytes;
    for (const [oldest, kept] of cache) {
      if (cachedBytes <= limits.cachedBytes) break;
      cache.delete(oldest);
      cachedBytes -= kept.bytes;
    }
  };

  return (text) => {
    if (text.length > limits.queryLength)
      return failed(
        refusal('TOO_COMPLEX', `The query has ${text.length} characters; at most ${limits.queryLength} are allowed.`),
      );
    const known = cache.get(text);
    if (known) {
      cache.delete(text);
      cache.set(text, known);
      return known.checked;
    }
    const checked = check(text);
    keep(text, checked);
    return checked;
  };
}

function failed(error: GraphQLError): Checked {
  return { type: 'errors', errors: [error] };
}
