/** Where a job that goes on over many runs has got to. A lost mark costs work, never an update. */
export interface Marks {
  get(name: string): Promise<string | null>;
  put(name: string, text: string): Promise<void>;
}
