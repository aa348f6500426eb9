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
  /** Characters of text whose documents are kept parsed, least recently used dropped. Default 131,072. */
  readonly cachedText: number;
}

export const defaultDocumentLimits: DocumentLimits = {
  queryLength: 8_192,
  depth: 16,
  fields: 400,
  // A parsed document takes some 50 times its text, so this is about 7 MB at most.
  cachedText: 131_072,
};

/** A document that may run, or why not. */
export type Checked =
  | {
      readonly type: 'document';
      readonly document: DocumentNode;
      /** The same number only for the same text: a short stand-in for it in keys. */
      readonly number: number;
    }
  | { readonly type: 'errors'; readonly errors: readonly GraphQLError[] };

/** Parses, measures and validates a text, once as long as it is remembered. */
export type Documents = (text: string) => Checked;

/** At most this many validation errors are told; more help nobody. */
const maxErrors = 20;

export function createDocuments(schema: GraphQLSchema, limits: DocumentLimits = defaultDocumentLimits): Documents {
  const cache = new Map<string, Checked>();
  let cachedText = 0;
  let count = 0;

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
      if (errors.length > 0) return { type: 'errors', errors };
      count += 1;
      return { type: 'document', document, number: count };
    } catch (error) {
      if (error instanceof GraphQLError) return failed(error);
      // The parser recurses: text of nothing but braces exhausts the stack before it can be measured.
      if (error instanceof RangeError) return failed(refusal('TOO_COMPLEX', 'The query is nested too deeply.'));
      throw error;
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
      return known;
    }
    const checked = check(text);
    cache.set(text, checked);
    cachedText += text.length;
    for (const oldest of cache.keys()) {
      if (cachedText <= limits.cachedText) break;
      cache.delete(oldest);
      cachedText -= oldest.length;
    }
    return checked;
  };
}

function failed(error: GraphQLError): Checked {
  return { type: 'errors', errors: [error] };
}
