/** Where a session is disturbed and how: one byte of one direction of one step, named so that anyone can repeat it. */
import type { Cut, Side } from './proxy-orders.ts';

/** `cut`: FIN both ways; `reset`: RST both ways; `stall`: that direction falls silent and nothing is closed. */
export type Fault = 'cut' | 'stall' | 'reset';
export type Step = 'plan' | 'sync';
/** The protocol whose bytes are counted: in clear, or as they are on the wire. */
export type Channel = 'ldap' | 'ldap-wire' | 'git' | 'git-wire';

export const FAULTS: readonly Fault[] = ['cut', 'stall', 'reset'];
export const STEPS: readonly Step[] = ['plan', 'sync'];
export const SIDES: readonly Side[] = ['client', 'server'];
export const CHANNELS: readonly Channel[] = ['ldap', 'ldap-wire', 'git', 'git-wire'];

export interface FaultPoint {
  readonly channel: Channel;
  readonly step: Step;
  /** Who sends the byte that does not arrive. */
  readonly from: Side;
  /** So many bytes of that direction still pass, over all connections of the step. */
  readonly byte: number;
  readonly fault: Fault;
}

/** Bytes of an undisturbed session, by step and sender. */
export type SessionBytes = Readonly<Record<Step, Readonly<Record<Side, number>>>>;

/** `ldap:sync:server:1234:stall`. */
export function nameOf({ channel, step, from, byte, fault }: FaultPoint): string {
  return [channel, step, from, byte, fault].join(':');
}

/** The reverse of `nameOf`; throws for what is none. */
export function pointNamed(name: string): FaultPoint {
  const [channel, step, from, byte = '', fault] = name.split(':');
  const point = {
    channel: CHANNELS.find((one) => one === channel),
    step: STEPS.find((one) => one === step),
    from: SIDES.find((one) => one === from),
    fault: FAULTS.find((one) => one === fault),
  };
  if (!point.channel || !point.step || !point.from || !point.fault || !/^\d+$/.test(byte)) {
    throw new RangeError(`"${name}" is no point. Write it like ldap:sync:server:1234:stall.`);
  }
  return { channel: point.channel, step: point.step, from: point.from, byte: Number(byte), fault: point.fault };
}

/** Every byte of both steps and both directions, with every fault. */
export function allPoints(channel: Channel, bytes: SessionBytes): readonly FaultPoint[] {
  return STEPS.flatMap((step) =>
    SIDES.flatMap((from) =>
      Array.from({ length: bytes[step][from] }, (_, byte) => byte).flatMap((byte) =>
        FAULTS.map((fault) => ({ channel, step, from, byte, fault })),
      ),
    ),
  );
}

export function cutOf({ from, byte, fault }: FaultPoint): Cut {
  return { from, bytes: byte, action: fault === 'cut' ? 'end' : fault, once: true };
}

/** `count` of them, chosen by the seed alone; all where there are no more. */
export function sampleOf<T>(points: readonly T[], count: number, seed: number): readonly T[] {
  const pool = [...points];
  const random = randomFrom(seed);
  const chosen: T[] = [];
  while (chosen.length < count && pool.length > 0) {
    const at = Math.floor(random() * pool.length);
    const one = pool[at];
    const last = pool.pop();
    if (last !== undefined && at < pool.length) pool[at] = last;
    if (one !== undefined) chosen.push(one);
  }
  return chosen;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
