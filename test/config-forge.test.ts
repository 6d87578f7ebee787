/** What the configuration says of merge requests: what is understood, and what is refused. */
import { expect, test } from 'vitest';
import { configFile } from './support/config-file.ts';
import { refusal } from './support/refusal.ts';

const { beside, load } = configFile();

const WITHOUT_SOURCE = `instance: research-service
mode: observe
timeZone: Europe/Copenhagen
store: { sqlite: muster.db }
directory:
  embedded: { file: directory.json, accounts: { read: ["OU=Researchers,DC=example,DC=org"], upnSuffix: example.org } }
`;
const GIT = `${WITHOUT_SOURCE}source: { git: { url: ./repository.git, branch: main } }\n`;
const GITLAB = 'url: https://gitlab.example.org, project: research/desired-state, tokenFile: token';

test('merge requests are nobody’s business, or those of a GitLab', async () => {
  expect((await load(GIT)).forge).toBeNull();
  const { forge } = await load(
    `${GIT}forge: { gitlab: { ${GITLAB}, caFile: ca.pem }, authors: [rie], everySeconds: 30 }\n`,
  );
  expect(forge).toEqual({
    kind: 'gitlab',
    server: {
      url: 'https://gitlab.example.org',
      project: 'research/desired-state',
      tokenFile: beside('token'),
      caFile: beside('ca.pem'),
    },
    authors: ['rie'],
    everySeconds: 30,
  });
});

test('nobody’s merge requests are planned unless they are named', async () => {
  expect((await load(`${GIT}forge: { gitlab: { ${GITLAB} } }\n`)).forge).toMatchObject({
    authors: [],
    everySeconds: 60,
  });
});

test.each([
  ['{ gitlab: { url: http://gitlab.example.org, project: a/b, tokenFile: t } }', 'by https'],
  ['{ gitlab: { url: https://gitlab.example.org, project: desired-state, tokenFile: t } }', 'the path of a project'],
  ['{ gitlab: { url: https://gitlab.example.org, project: a/../b, tokenFile: t } }', 'the path of a project'],
  ['{ gitlab: { url: https://gitlab.example.org, project: a/b, token: glpat } }', 'tokenFile'],
  [`{ gitlab: { ${GITLAB} }, authors: ["@rie"] }`, 'the name of a GitLab user'],
  [`{ gitlab: { ${GITLAB} }, everySeconds: 1 }`, 'seconds from 10 to 3600'],
  ['{}', 'Missing'],
])('forge: %s is refused', async (text, words) => {
  const { what } = await refusal(load(`${GIT}forge: ${text}\n`));
  expect(what).toContain(words);
});

test('a folder has no merge requests', async () => {
  const text = `${WITHOUT_SOURCE}source: { folder: desired-state }\nforge: { gitlab: { ${GITLAB} } }\n`;
  expect((await refusal(load(text))).what).toContain('A folder has no merge requests');
});

test('the address of the status page is one without a password or a query', async () => {
  const given = async (url: string) =>
    (await load(`${GIT}http: { listen: "127.0.0.1:8080", url: "${url}" }\n`)).statusPage;
  expect(await given('https://muster.example.org/')).toMatchObject({ url: 'https://muster.example.org' });
  expect((await refusal(given('https://u:p@muster.example.org'))).what).toContain(
    'the address at which people see the page',
  );
  expect((await refusal(given('javascript:alert(1)'))).what).toContain('the address at which people see the page');
});
