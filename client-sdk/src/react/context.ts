import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react';
import type { SomeClient } from './types.ts';

const ClientContext = createContext<SomeClient | null>(null);

/** Gives its client to the hooks below it. Optional: hooks take one as an option too, or are made for one. */
export function StatusProvider(props: { readonly client: SomeClient; readonly children?: ReactNode }): ReactElement {
  return createElement(ClientContext.Provider, { value: props.client }, props.children);
}

/** The client given, else the provider's. Throws when there is neither. */
export function useClient(given: SomeClient | null | undefined): SomeClient {
  const provided = useContext(ClientContext);
  const client = given ?? provided;
  if (!client) {
    throw new Error(
      'Statuswire: no client. Wrap the component in <StatusProvider client={…}>, or pass { client } to the hook.',
    );
  }
  return client;
}
