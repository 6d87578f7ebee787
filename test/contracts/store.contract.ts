/** What every store must do, whatever database is behind it. */
import { describe } from 'vitest';
import { agreementContract } from './store-agreement.contract.ts';
import { auditContract } from './store-audit.contract.ts';
import { blobContract } from './store-blobs.contract.ts';
import { approvalsContract, ordersContract, reportsContract } from './store-decisions.contract.ts';
import { heldRevisionsContract } from './store-held-revisions.contract.ts';
import { crashContract, journalContract } from './store-journal.contract.ts';
import { leaseContract } from './store-lease.contract.ts';
import { mailsContract } from './store-mails.contract.ts';
import { ledgerContract, memoryContract } from './store-memory.contract.ts';
import { sealsContract } from './store-seals.contract.ts';
import { serversContract } from './store-servers.contract.ts';
import { shutOutsContract } from './store-shut-outs.contract.ts';
import { tasksContract } from './store-tasks.contract.ts';
import type { StoreWorld } from './store-world.ts';

export function storeContract(name: string, world: StoreWorld): void {
  describe(`the store on ${name}`, () => {
    describe('ledger', () => ledgerContract(world));
    describe('journal', () => journalContract(world));
    describe('journal after a crash', () => crashContract(world));
    describe('memory', () => memoryContract(world));
    describe('approvals', () => approvalsContract(world));
    describe('orders', () => ordersContract(world));
    describe('audit', () => auditContract(world));
    describe('reports', () => reportsContract(world));
    describe('mails', () => mailsContract(world));
    describe('servers', () => serversContract(world));
    describe('tasks', () => tasksContract(world));
    describe('who was read as shut out', () => shutOutsContract(world));
    describe('what reviews showed', () => sealsContract(world));
    describe('a revision that is not approved', () => heldRevisionsContract(world));
    describe('agreement', () => agreementContract(world));
    describe('lease', () => leaseContract(world));
    describe('cache of contents', () => blobContract(world));
  });
}
