/** The desired-state repository to begin with: one institution, one person, a commented example of every kind, a check for merge requests. */
import { readFile } from 'node:fs/promises';
import { ownFile } from '../own-files.ts';

export interface InitOptions {
  /** Small letters, digits and hyphens. */
  readonly instance: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** The unit of the embedded directory that comes with it. */
export const UNIT = 'OU=Researchers,DC=example,DC=org';

/** Guides for whoever writes entries: copies, so that they are at hand where the entries are. */
const GUIDES = ['research-service.md', 'research-service.da.md', 'writing-entries.md', 'passwords.md'];
const GUIDE_FOLDER = 'guide';

/** Path in the repository to text. */
export function repositoryFiles(options: InitOptions): Readonly<Record<string, string>> {
  return { ...about(options), ...people(), ...lists(), ...checks(options) };
}

/** The guides as they are in this version, without ways to pages that are not in the repository. */
export async function guideFiles(): Promise<ReadonlyMap<string, string>> {
  const files = GUIDES.map(async (name) => {
    const text = await readFile(ownFile(`docs/${name}`), 'utf8');
    const alone = text.replace(/\[([^\]]*)\]\((?![a-z.-]+\.md\b|https:)[^)]*\)/gu, '$1');
    return [`${GUIDE_FOLDER}/${name}`, alone] as const;
  });
  return new Map(await Promise.all(files));
}

function about({ instance }: InitOptions): Readonly<Record<string, string>> {
  return {
    'muster.yaml': `# Which Muster this repository is for. Without this file, or with another name, Muster changes nothing at all.
format: 1
instance: ${instance}
`,
    'README.md': `# Who may use our systems

One short YAML file for each person and institution; a merge request is the approval. Muster makes the systems hold what stands
here: at once after the merge, and every hour.

| file | says |
| --- | --- |
| \`institutions/….yaml\` | an organisation whose people get access |
| \`users/<institution>/<username>.yaml\` | a person |
| \`blocked-institutions.yaml\` | institutions whose people are shut out |
| \`blocked-users.yaml\` | people who are shut out |
| \`mail-blocks.yaml\` | people who keep their account but may not send mail |
| \`servers/….yaml\` | a server that is hosted for an institution |
| \`confirmed-tasks.yaml\` | what was done by hand |

New here? [Six things that Research Service does](guide/research-service.md), [på dansk](guide/research-service.da.md); all fields and
rules: [writing entries](guide/writing-entries.md).

Every file here begins with an example in remarks (the lines that begin with \`#\`): copy the lines, take the \`# \` away, change them.

For IT operations: \`.gitlab-ci.yml\` checks every merge request, with the configuration in \`.muster/check.yaml\`; \`CODEOWNERS\` says
who is asked. \`muster schema --write FOLDER\` renews what editors know of the fields after an update.
`,
  };
}

function people(): Readonly<Record<string, string>> {
  return {
    'institutions/northlake.yaml': `# One file for each institution, named after its id.
id: northlake                       # short name; people's files refer to it, so it never changes
name: Northlake University
contacts: [ research-office@northlake.example.org ]
# partOf: …                         # the id of an institution above it; a block of that one covers this one, too
`,
    'users/northlake/ajensen.yaml': `# One file for each person, in the folder of their institution.
username: ajensen            # the log-on name; never changes; at most 20 characters
name: { given: Anna, family: Jensen }
email: anna.jensen@northlake.example.org
phone: +45 20 12 34 56       # where passcodes are sent; begins with the country
institution: northlake
state: active                # active or closed; always written
# starts: 2027-01-05         # first day with access
# ends: 2027-12-31           # last day with access
`,
    'servers/first-server.yaml': `# One file for each server that is hosted for an institution: from the request to the bill.
# - id: northlake-genomics
#   name: Genomics server
#   institution: northlake
#   requested: 2026-02-02
#   contact: genomics-it@northlake.example.org
#   steps:                   # give each its day once it is done, in this order
#     agreed: 2026-02-16     # then signed, received, installed, moved, informed, billed
[]
`,
  };
}

function lists(): Readonly<Record<string, string>> {
  return {
    'blocked-users.yaml': `# People who are shut out, with the reason. The people's own files stay as they are.
# An entry ends by "until" or "lifted" alone; deleting it ends nothing. The first entry takes the place of the [] below.
# - user: ajensen
#   reason: Copied results to a private mailbox
#   from: 2027-01-05
#   until: 2027-02-28        # last day of the block
#   lifted: 2027-02-01       # first day on which it no longer counts
[]
`,
    'blocked-institutions.yaml': `# Institutions whose people are shut out, those of institutions that are part of them included.
# The first entry takes the place of the [] below.
# - institution: northlake
#   reason: Agreement expired, renewal under way
#   from: 2027-01-05
[]
`,
    'mail-blocks.yaml': `# People who keep their account but may not send mail. The first entry takes the place of the [] below.
# - user: ajensen
#   reason: Sent tables with too few cases per cell
#   from: 2027-01-05
[]
`,
    'confirmed-tasks.yaml': `# What was done by hand: the id of the task, as the mail about it says, and the day.
# The first entry takes the place of the [] below.
# - task: lobatu-kivo
#   done: 2026-03-09
#   by: Berit, front desk
[]
`,
  };
}

/** The job runs Muster's image as root over GitLab's checkout, which belongs to root; it reads the repository and nothing else. */
function checks({ instance, timeZone }: InitOptions): Readonly<Record<string, string>> {
  return {
    '.gitlab-ci.yml': `# Checks every merge request: mistakes stand on their lines, and what the change does is in the job's log.
# The image is made from Muster's Dockerfile and pushed to a registry of yours: change its name here.
validate:
  image:
    name: registry.example.org/muster:latest
    entrypoint: [""]
    docker: { user: root }
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0"           # the step is told from where the branch began, so all of the history is needed
  script:
    - node /opt/muster/bin/muster.js --config .muster/check.yaml validate
      --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --code-quality gl-code-quality-report.json
  artifacts:
    when: always
    reports: { codequality: gl-code-quality-report.json }
`,
    '.muster/check.yaml': `# For checks of this repository alone ("muster validate"); no server is ever asked. Let instance, timeZone, phones, limits and the
# attributes be as in the configuration of the daemon, so that the check knows what it knows.
instance: ${instance}
mode: observe
timeZone: ${timeZone}
source: { folder: .. }
store: { sqlite: not-used.db }
directory:
  embedded:
    file: not-used.json
    accounts:
      read: ["${UNIT}"]
      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
limits: { always: 5 }
`,
    CODEOWNERS: `# Who is asked to look at a change of which files; the last line that fits counts. Change the names to groups of yours.
# Free editions of GitLab do not enforce this: what needs whose approval is for Muster's own configuration to say.
*                          @example/research-service
/institutions/             @example/research-service-leads
/blocked-institutions.yaml @example/research-service-leads
/muster.yaml               @example/it-operations
/.muster/                  @example/it-operations
/.gitlab-ci.yml            @example/it-operations
/CODEOWNERS                @example/it-operations
`,
  };
}
