/** privacyIDEA as a system of SMS tokens: the contract, over real HTTP. */
import { tokenListContract } from '../../contracts/token-list.contract.ts';
import { privacyideaGround } from '../../support/privacyidea-ground.ts';

tokenListContract('privacyIDEA', { several: true, marks: true, keepsNumber: true, start: privacyideaGround });
