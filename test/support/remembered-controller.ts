/**
 * A real domain controller that is asked each question once: what it answered, byte for byte, is its answer to the same request in the
 * same state from then on. A state is what a sequence of writes led to; a write not made before is made, from exactly that state.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type AdminSession, openAdminSession } from './admin-session.ts';
import { type BindOutcome, bindOutcome } from './directory-contents.ts';
import type { Look } from './fault-bench.ts';
import { isLdapWrite, readLdapMessage, resultCodeOf, withMessageId } from './ldap-messages.ts';
import { PlainLdap } from './plain-ldap.ts';
import { type SambaDc, type SambaSnapshot, snapshotState } from './samba.ts';

/** What the directory is after certain writes. */
export interface DirectoryState {
  readonly look: Look;
  /** Answers, without the id of the message, by question. */
  readonly answers: Map<string, Promise<Answer>>;
  /** What has been read in this state. */
  readonly read: Map<string, Question>;
  readonly binds: Map<string, Promise<BindOutcome>>;
  /** Absent while only the running controller is in this state. */
  snapshot?: SambaSnapshot;
}

interface Question {
  /** The bind that the connection made last; null: none. */
  readonly login: Buffer | null;
  readonly request: Buffer;
}

export interface Answer {
  readonly messages: readonly Buffer[];
  /** What the directory is afterwards: another state where the request wrote. */
  readonly next: DirectoryState;
}

/** The time of an answer, GeneralizedTime (RFC 4517 3.3.13) as a controller writes it. */
const SERVER_TIME = /\d{14}(?=\.0Z)/;

/** What a busy server answers and later does not: time limit exceeded, busy, unavailable (RFC 4511 A.1). */
const PASSING_CODES = [3, 51, 52];
/** A question is asked again so often, after one pause more each time. */
const ATTEMPTS = 10;
const PAUSE_MS = 100;

export class RememberedController {
  readonly dc: SambaDc;
  readonly beginning: DirectoryState;
  /** Questions that the controller itself was asked, and times that it was put into another state. */
  asked = 0;
  restored = 0;
  /** The state in which the controller runs; null: none that is known. */
  #live: DirectoryState | null;
  #admin: AdminSession;
  readonly #snapshots: SambaSnapshot[] = [];
  /** There is one controller: questions wait for one another. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(dc: SambaDc, admin: AdminSession, look: Look) {
    this.dc = dc;
    this.#admin = admin;
    this.beginning = stateOf(look);
    this.#live = this.beginning;
  }

  /** From what the controller is now; from here on it belongs to this object, which `remove` ends. */
  static async begin(dc: SambaDc): Promise<RememberedController> {
    const admin = await openAdminSession(dc);
    return new RememberedController(dc, admin, await admin.look());
  }

  async answer(state: DirectoryState, question: Question): Promise<Answer> {
    const { request } = question;
    const { id } = readLdapMessage(request);
    const asked = () => this.#alone(() => this.#ask(state, question));
    const { messages, next } = await remembered(state.answers, keyOf(question), asked);
    return { messages: messages.map((message) => atPresent(withMessageId(message, id), request)), next };
  }

  bind(state: DirectoryState, user: string, password: string): Promise<BindOutcome> {
    return remembered(state.binds, `${user}\n${password}`, () =>
      this.#alone(async () => {
        await this.#bring(state);
        await this.#keep();
        // A log-on is a write (lastLogonTimestamp): what the controller is after it belongs to no state.
        this.#live = null;
        return await bindOutcome(this.dc, user, password);
      }),
    );
  }

  async remove(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#admin.close().catch(() => undefined);
    await this.dc.stop();
    await Promise.all(this.#snapshots.map((snapshot) => snapshot.remove()));
  }

  async #ask(state: DirectoryState, question: Question): Promise<Answer> {
    await this.#bring(state);
    if (!isLdapWrite(readLdapMessage(question.request))) return await this.#read(state, question);
    await this.#keep();
    const messages = await this.#messages(question);
    const look = await this.#admin.look();
    // A write that was refused leaves everything as it was.
    if (look.usn === state.look.usn) return { messages, next: state };
    const next = stateOf(look);
    this.#live = next;
    // Whoever came here will soon ask what was asked before: now the controller is here, later it would have to be brought back.
    for (const before of state.read.values()) {
      await remembered(next.answers, keyOf(before), () => this.#read(next, before));
    }
    return { messages, next };
  }

  async #read(state: DirectoryState, question: Question): Promise<Answer> {
    const messages = await this.#messages(question);
    state.read.set(keyOf(question), question);
    return { messages, next: state };
  }

  async #messages(question: Question): Promise<readonly Buffer[]> {
    for (let attempt = 1; ; attempt += 1) {
      const messages = await this.#messagesNow(question);
      if (!isPassing(messages)) return messages;
      if (attempt === ATTEMPTS) throw new Error(`the controller was too busy to answer, ${ATTEMPTS} times`);
      await wait(attempt * PAUSE_MS);
    }
  }

  async #messagesNow({ login, request }: Question): Promise<readonly Buffer[]> {
    this.asked += 1;
    const link = await PlainLdap.open(this.dc);
    try {
      const loggedIn = login === null ? [] : await link.ask(login);
      return isPassing(loggedIn) ? loggedIn : await link.ask(request);
    } finally {
      link.close();
    }
  }

  /** Puts the controller into that state. */
  async #bring(state: DirectoryState): Promise<void> {
    if (this.#live === state) return;
    await this.#keep();
    if (state.snapshot === undefined) throw new Error('this state of the controller was not kept');
    this.#live = null;
    this.restored += 1;
    await this.#admin.close().catch(() => undefined);
    await this.dc.rollBackTo(state.snapshot);
    this.#admin = await openAdminSession(this.dc);
    const { usn } = await this.#admin.look();
    // Such as the first log-on of a day, which a controller notes: then answers before and after would not fit together.
    if (usn !== state.look.usn) throw new Error(`the controller wrote by itself: ${state.look.usn} became ${usn}`);
    this.#live = state;
  }

  /** Keeps the state in which the controller is now, unless that was done. */
  async #keep(): Promise<void> {
    const state = this.#live;
    if (state === null || state.snapshot !== undefined) return;
    state.snapshot = await snapshotState(this.dc, { idle: true });
    this.#snapshots.push(state.snapshot);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done;
    return done;
  }
}

function stateOf(look: Look): DirectoryState {
  return { look, answers: new Map(), read: new Map(), binds: new Map() };
}

/** An answer that the same question will not get again. */
function isPassing(messages: readonly Buffer[]): boolean {
  const last = messages.at(-1);
  return last !== undefined && PASSING_CODES.includes(resultCodeOf(last));
}

/** Who asks what, whatever the id of the message. */
function keyOf({ login, request }: Question): string {
  return `${login?.toString('latin1') ?? ''}\n${withMessageId(request, 0).toString('latin1')}`;
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = ask();
  known.set(key, asked);
  // A failure is nothing to remember.
  asked.catch(() => known.delete(key));
  return asked;
}

/** Where the time was asked for, the answer has the time of now. */
function atPresent(message: Buffer, request: Buffer): Buffer {
  if (!request.includes('currentTime')) return message;
  const now = new Date().toISOString().replaceAll(/[-:T]|\..*/g, '');
  return Buffer.from(message.toString('latin1').replace(SERVER_TIME, now), 'latin1');
}
