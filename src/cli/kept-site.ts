/** The installation as a process keeps it open that is asked again and again: opened anew where what it was opened from is not the same any more. */
import { readFile } from 'node:fs/promises';
import type { Clock } from '../core/ports.ts';
import type { Site } from '../wiring.ts';

interface Opened {
  readonly site: Site;
  /** The configuration file as it was then. */
  readonly text: Buffer | null;
}

/** Asked by one at a time. */
export class KeptSite {
  readonly #configFile: string;
  readonly #clock: Clock;
  #opened: Opened | null = null;

  constructor(configFile: string, clock: Clock = Date.now) {
    this.#configFile = configFile;
    this.#clock = clock;
  }

  /** With all that earlier askers left in it, as long as nothing that counts was changed. @throws MusterError as `onSite`. */
  async now(): Promise<Site> {
    // Read first: what is changed in between is another text next time.
    const text = await readFile(this.#configFile).catch(() => null);
    if (this.#opened !== null && stands(this.#opened, text)) return this.#opened.site;
    await this.close();
    const [{ loadConfig }, { wire }] = await Promise.all([import('../config.ts'), import('../wiring.ts')]);
    const config = await loadConfig(this.#configFile);
    const options = { progress: () => undefined, logLevel: 'silent', resident: true, clock: this.#clock } as const;
    this.#opened = { site: await wire(config, options), text };
    return this.#opened.site;
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.site.close();
  }
}

function stands({ site, text }: Opened, now: Buffer | null): boolean {
  if (text === null || now === null || !text.equals(now)) return false;
  try {
    site.assertInPlace();
    return true;
  } catch {
    // Opening it again says what is wrong, if anything is.
    return false;
  }
}
