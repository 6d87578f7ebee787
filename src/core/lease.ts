/** The lease: that only one process writes at a time. */

/** The one row that keeps `serve`, `sync` and `block` from writing together. */
export interface Lease {
  /** Resolves to false when somebody else holds it, with who in `holder`. */
  acquire(what: string): Promise<{ readonly held: true } | { readonly held: false; readonly holder: string }>;
  /** Throws MusterError when it was lost meanwhile. */
  renew(): Promise<void>;
  release(): Promise<void>;
}
