/** The store's contract on SQLite. */
import { storeContract } from '../contracts/store.contract.ts';
import { sqliteWorld } from './sqlite-world.ts';

storeContract('SQLite', sqliteWorld);
