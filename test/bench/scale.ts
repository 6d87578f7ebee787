/** Everything that is measured over one population on slapd: floor, cold and warm plans, and passes of a Muster that stays. */
import { assertNothingToDo, assertUpdates, BuiltMuster, type TimedPass } from './built-muster.ts';
import { commitFiles } from './desired-repository.ts';
import { type Floor, measureFloor } from './floor.ts';
import { dnOf, documentOf, pathOf, personAt } from './population.ts';
import { ResidentMuster } from './resident-muster.ts';
import type { ResidentPass } from './resident-process.ts';
import type { Series } from './result.ts';
import { openSlapdSite, type SlapdSite } from './site-on-slapd.ts';
import { median } from './statistics.ts';
import type { Workshop } from './workshop.ts';

/** How many people the small changes are about. */
export const FEW = 10;
/** Distance between two numbers of the same person: beyond the number of everybody else. */
const PHONE_STEP = 1_000_000;

export interface ResidentRuns {
  readonly nothing: readonly ResidentPass[];
  /** Ten documents changed in Git before each. */
  readonly inGit: readonly ResidentPass[];
  /** Ten accounts changed in the directory before each. */
  readonly inDirectory: readonly ResidentPass[];
  /** Over its whole life, the first full pass included, in MB. */
  readonly peakMb: number;
}

/** How often each thing is run; the median counts. */
export interface Runs {
  readonly cold: number;
  readonly warm: number;
  readonly nothing: number;
  readonly few: number;
}

export class Scale {
  readonly users: number;
  readonly #workshop: Workshop;
  readonly #runs: Runs;
  readonly #say: (text: string) => void;
  readonly #floors: Floor[] = [];
  #site: Promise<SlapdSite> | undefined;
  #cold: Promise<readonly TimedPass[]> | undefined;
  #warm: Promise<readonly TimedPass[]> | undefined;
  #resident: Promise<ResidentRuns> | undefined;

  constructor(workshop: Workshop, users: number, runs: Runs, say: (text: string) => void) {
    this.#workshop = workshop;
    this.users = users;
    this.#runs = runs;
    this.#say = (text) => say(`${users} people: ${text}`);
  }

  /** `muster plan` with nothing to do, the typed form of no file remembered. */
  cold(): Promise<readonly TimedPass[]> {
    this.#cold ??= this.#plans('cold', this.#runs.cold);
    return this.#cold;
  }

  /** The same with every file remembered. */
  warm(): Promise<readonly TimedPass[]> {
    this.#warm ??= this.#plans('warm', this.#runs.warm);
    return this.#warm;
  }

  resident(): Promise<ResidentRuns> {
    this.#resident ??= this.#residentRuns();
    return this.#resident;
  }

  /** The floor of all measurements over this population; call it when they are made. */
  floor(): Series {
    const runs = this.#floors.map(({ ms }) => ms / 1000);
    const what = 'ldapsearch of the same attributes, then git cat-file --batch of the tree';
    return { what, median: median(runs), runs };
  }

  async close(): Promise<void> {
    // What could not be opened was told where it was needed.
    const site = await this.#site?.catch(() => null);
    await site?.close();
  }

  /** The installation, for figures that add to it. */
  site(): Promise<SlapdSite> {
    return this.#open();
  }

  #open(): Promise<SlapdSite> {
    this.#site ??= openSlapdSite(this.#workshop, this.users, this.#say).then(async (site) => {
      // The first reading brings the database and the pack into memory, where all the others find them.
      await measureFloor(site);
      return site;
    });
    return this.#site;
  }

  async #plans(state: 'cold' | 'warm', runs: number): Promise<readonly TimedPass[]> {
    const site = await this.#open();
    const muster = new BuiltMuster(this.#workshop, site.configFile);
    const passes: TimedPass[] = [];
    for (let run = 1; run <= runs; run += 1) {
      this.#floors.push(await measureFloor(site));
      this.#say(`${state} plan, ${run} of ${runs}`);
      await (state === 'cold' ? site.cool() : site.heat());
      const pass = await muster.pass('plan');
      assertNothingToDo(pass.report);
      if (state === 'cold') site.assertRead();
      passes.push(pass);
    }
    return passes;
  }

  async #residentRuns(): Promise<ResidentRuns> {
    const site = await this.#open();
    if (this.#floors.length === 0) this.#floors.push(await measureFloor(site));
    await site.heat();
    await site.server.freshen();
    const muster = await ResidentMuster.start(this.#workshop, site.configFile);
    try {
      this.#say('resident passes, nothing changed');
      // The first is the full reading of every process that starts; the next ones are not yet optimized by the engine.
      for (let run = 0; run < 3; run += 1) assertNothingToDo((await muster.pass()).report);
      const nothing = await this.#repeated(this.#runs.nothing, site, muster, () => Promise.resolve(), 0);
      this.#say(`resident passes, ${FEW} people changed in Git`);
      const inGit = await this.#repeated(this.#runs.few, site, muster, (run) => changeInGit(site, run), FEW);
      await changeInGit(site, 0);
      assertNothingToDo((await muster.pass()).report);
      this.#say(`resident passes, ${FEW} people changed in the directory`);
      const inDirectory = await this.#repeated(
        this.#runs.few,
        site,
        muster,
        (run) => changeInDirectory(site, run),
        FEW,
      );
      await changeInDirectory(site, 0);
      const last = await muster.pass();
      assertNothingToDo(last.report);
      return { nothing, inGit, inDirectory, peakMb: last.peakMb };
    } finally {
      await muster.close();
    }
  }

  async #repeated(
    runs: number,
    site: SlapdSite,
    muster: ResidentMuster,
    before: (run: number) => Promise<void>,
    updates: number,
  ): Promise<readonly ResidentPass[]> {
    const passes: ResidentPass[] = [];
    for (let run = 1; run <= runs; run += 1) {
      await before(run);
      await site.server.freshen();
      const pass = await muster.pass();
      if (updates === 0) assertNothingToDo(pass.report);
      else assertUpdates(pass.report, updates);
      passes.push(pass);
    }
    return passes;
  }
}

/** Run 0 puts things back as they were. */
async function changeInGit(site: SlapdSite, run: number): Promise<void> {
  const files = few(site).map((person) => {
    // Two numbers in turn: a third may be somebody's for whom it is no mobile number.
    const step = run === 0 ? 0 : 1 + (run % 2);
    const phone = `+${Number(person.phone.slice(1)) + step * PHONE_STEP}`;
    return [pathOf(person), documentOf({ ...person, phone })] as const;
  });
  await commitFiles(site.repository, files, `Numbers of ${FEW} people, ${run}`);
}

async function changeInDirectory(site: SlapdSite, run: number): Promise<void> {
  const changes = few(site).map((person) => ({
    dn: dnOf(person),
    attributes: { company: run === 0 ? person.institution.name : `Somewhere Else ${run}` },
  }));
  await site.server.change(changes);
}

/** People of different institutions, spread over all of them. */
function few(site: SlapdSite) {
  const distance = Math.floor(site.users / FEW);
  return Array.from({ length: FEW }, (_, at) => personAt(at * distance + (at % distance)));
}
