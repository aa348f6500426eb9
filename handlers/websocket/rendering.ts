import { type GraphQLSchema, getOperationAST } from 'graphql';
import type { Caller } from '../../core/access.ts';
import type { Subscription } from '../../core/ports.ts';
import { createDocuments } from '../graphql/documents.ts';
import { planSubscription } from '../graphql/subscription-plan.ts';

/** The execution result for an update as JSON text; what stands in a `next` message's `payload`. */
export type Render = (update: object) => string;

/** One rendering for all subscriptions of one audience that ask for the same; null where the schema has left them. */
export type Rendering = (subscription: Subscription) => Render | null;

/** Renderings as long as one call lasts; parsed documents are kept for longer. */
export function createRenderings(schema: GraphQLSchema): () => Rendering {
  const documents = createDocuments(schema);

  function make({ audience, request: { query, operationName, variables } }: Subscription): Render | null {
    const checked = documents(query);
    if (checked.type === 'errors') return null;
    const { document, number } = checked;
    const definition = getOperationAST(document, operationName);
    if (!definition) return null;
    // Who may see it was decided when it was subscribed to, and the audience is what came of that.
    const reader: Caller = { type: 'key', keyId: '', tenant: audience.tenant, scopes: ['read'] };
    const planned = planSubscription({ schema, document, number, definition, variables }, reader);
    return planned.type === 'subscription' ? planned.plan.render : null;
  }

  return () => {
    const made = new Map<string, Render | null>();
    return (subscription) => {
      const { audience, request } = subscription;
      const name = JSON.stringify([audience.tenant, request.query, request.operationName, request.variables]);
      const known = made.get(name);
      if (known !== undefined) return known;
      const render = make(subscription);
      const once = render && remembering(render);
      made.set(name, once);
      return once;
    };
  };
}

function remembering(render: Render): Render {
  const texts = new WeakMap<object, string>();
  return (update) => {
    const text = texts.get(update) ?? render(update);
    texts.set(update, text);
    return text;
  };
}
