/** privacyIDEA as a system of SMS tokens: the contract, over real HTTP, and against a real server where the environment names one. */
import { tokenListContract } from '../../contracts/token-list.contract.ts';
import { privacyideaGround } from '../../support/privacyidea-ground.ts';
import { liveGround, liveServer } from '../../support/privacyidea-live.ts';

const KIND = { several: true, marks: true, keepsNumber: true };

tokenListContract('privacyIDEA', { ...KIND, start: privacyideaGround });

const live = liveServer();
if (live !== null) tokenListContract(`privacyIDEA at ${live.url}`, { ...KIND, start: () => liveGround(live) });
