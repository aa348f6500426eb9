import { type GraphQLSchema, getOperationAST } from 'graphql';
import type { Caller } from '../../core/access.ts';
import type { Update } from '../../core/contract.ts';
import type { Subscription } from '../../core/ports.ts';
import { TooLarge } from '../graphql/compile-selection.ts';
import { createDocuments } from '../graphql/documents.ts';
import { createSelections } from '../graphql/selections.ts';
import { planSubscription } from '../graphql/subscription-plan.ts';
import { renderFitting } from '../subscriptions/fit-rendering.ts';

/**
 * The execution result for an update as JSON text of limited size, without its output where it would be larger; what
 * stands in a `next` message's `payload`. null: it is too large even so.
 */
export type Render = (update: Update) => string | null;

/** One rendering for all subscriptions of one audience that ask for the same; null where the schema has left them. */
export type Rendering = (subscription: Subscription) => Render | null;

/**
 * Renderings as long as one call lasts; parsed documents are kept for longer.
 *
 * @param bytes UTF-8 bytes of a rendering.
 */
export function createRenderings(schema: GraphQLSchema, bytes: number): () => Rendering {
  const documents = createDocuments(schema);
  const selections = createSelections();

  function make({ audience, request: { query, operationName, variables } }: Subscription): Render | null {
    const checked = documents(query);
    if (checked.type === 'errors') return null;
    const { document, text } = checked;
    const definition = getOperationAST(document, operationName);
    if (!definition) return null;
    // Who may see it was decided when it was subscribed to, and the audience is what came of that.
    const reader: Caller = { type: 'key', keyId: '', tenant: audience.tenant, scopes: ['read'] };
    const planned = planSubscription({ schema, document, text, definition, variables }, reader, selections);
    return planned.type === 'subscription' ? remembering(planned.plan.selection.render, bytes) : null;
  }

  return () => {
    const made = new Map<string, Render | null>();
    return (subscription) => {
      const { audience, request } = subscription;
      const name = JSON.stringify([audience.tenant, request.query, request.operationName, request.variables]);
      const known = made.get(name);
      if (known !== undefined) return known;
      const render = make(subscription);
      made.set(name, render);
      return render;
    };
  };
}

function remembering(render: (update: Update, most: number) => string, bytes: number): Render {
  const texts = new WeakMap<Update, string | null>();
  return (update) => {
    const known = texts.get(update);
    if (known !== undefined) return known;
    const text = fitting(render, update, bytes);
    texts.set(update, text);
    return text;
  };
}

function fitting(render: (update: Update, most: number) => string, update: Update, bytes: number): string | null {
  try {
    return renderFitting(render, update, bytes);
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
}
