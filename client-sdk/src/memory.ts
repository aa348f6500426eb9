/** One value in a client's storage. */
export interface Memory {
  /** Null when there is none, undefined when it cannot be read. */
  get(): unknown;
  set(value: unknown): void;
}
