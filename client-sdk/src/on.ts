/** Listens until the function that is returned is called. A target that does not exist tells nothing. */
export function on(
  target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> | undefined,
  type: string,
  listener: (event: Event) => void,
): () => void {
  target?.addEventListener(type, listener);
  return () => target?.removeEventListener(type, listener);
}
