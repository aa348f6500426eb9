/** One value in a client's storage. */
export interface Memory {
  /** null when there is none, or when it cannot be read. */
  get(): unknown;
  set(value: unknown): void;
}
