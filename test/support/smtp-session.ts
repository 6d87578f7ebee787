/** One session of SMTP, spoken line by line, that stays open for as long as a test wants. */
import { connect, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';

/** A server that runs answers in milliseconds; longer than any pass between two lines. */
const PATIENCE_MS = 60_000;

export class SmtpSession {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(socket: Socket, reader: Interface) {
    this.#socket = socket;
    this.#lines = reader[Symbol.asyncIterator]();
  }

  static async open(host: string, port: number): Promise<SmtpSession> {
    const socket = connect({ host, port });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    const session = new SmtpSession(socket, createInterface({ input: socket }));
    await session.#answer();
    await session.say('EHLO client.example.org');
    return session;
  }

  /** Sends one line; gives the last line of the answer. */
  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return await this.#answer();
  }

  async login(username: string, password: string): Promise<void> {
    const token = Buffer.from(`\0${username}\0${password}`).toString('base64');
    const answer = await this.say(`AUTH PLAIN ${token}`);
    if (!answer.startsWith('235')) throw new Error(`The log-on was refused: ${answer}`);
  }

  /** Sends one mail within the session; gives the answer that decided. */
  async send(from: string): Promise<string> {
    const lines = [
      'RSET',
      `MAIL FROM:<${from}>`,
      'RCPT TO:<colleague@example.net>',
      'DATA',
      'Subject: x\r\n\r\nx\r\n.',
    ];
    let answer = '';
    for (const line of lines) {
      answer = await this.say(line);
      if (!/^[23]/.test(answer)) return answer;
    }
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #answer(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error('The server closed the session.');
      if (!/^\d{3}-/.test(value)) return value;
    }
  }
}
