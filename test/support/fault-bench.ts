/** What a disturbed session needs of its surroundings, whatever the protocol: run it, look at what came of it, put everything back. */
import type { Report } from '../../src/core/report.ts';
import type { Dump } from './account-dumps.ts';
import type { Channel, Step } from './fault-points.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export interface Look {
  /** Accounts as they last: DN to sorted `name: value` lines. */
  readonly accounts: Dump;
  /** The directory's own counter of writes. */
  readonly usn: number;
}

/** `impatient`: time-outs so short that a stall costs a test little. */
export type Patience = 'patient' | 'impatient';

export interface KeptState {
  /** What a plan leaves as it is. */
  readonly lasting: string;
  /** What a plan may change as well; empty where there is no such thing. */
  readonly cached: string;
}

export interface FaultBench {
  readonly channel: Channel;
  readonly proxy: TcpProxy;
  /** For a Muster in a process of its own. */
  readonly configFile: string;
  /** `muster plan` or `muster sync`; nothing but the disk lives on between two calls. */
  run(step: Step, patience: Patience): Promise<Report>;
  look(): Promise<Look>;
  /** All that the next run would go on from, directory apart; equal texts behave alike. */
  state(): Promise<KeptState>;
  /** Sealed passwords that may be in force, and whether those of new accounts are. */
  letters(): Promise<readonly string[]>;
  /** Puts everything back to before the changes; gives what the directory is then. */
  rewind(): Promise<Look>;
  remove(): Promise<void>;
}
