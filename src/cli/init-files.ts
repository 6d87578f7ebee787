/** What `muster init` writes: a configuration that only observes, and a desired-state repository with one institution and one person. */

export interface InitOptions {
  /** Small letters, digits and hyphens. */
  readonly instance: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** The unit of the embedded directory that comes with it. */
export const UNIT = 'OU=Researchers,DC=example,DC=org';

/** The folder of the repository, beside the configuration. */
export const REPOSITORY = 'desired-state';
export const CONFIGURATION = 'muster.yaml';
export const DIRECTORY = 'directory.json';

/** Path below the folder to the text of the file. */
export function initialFiles(options: InitOptions): ReadonlyMap<string, string> {
  const inRepository = Object.entries(repository(options)).map(
    ([path, text]) => [`${REPOSITORY}/${path}`, text] as const,
  );
  return new Map([[CONFIGURATION, configuration(options)], ['.gitignore', IGNORED], ...inRepository]);
}

const IGNORED = `# What Muster keeps here while you try it out: its memory, sealed passwords, secrets.
muster.db*
mirror.git/
outbox/
secrets/
directory.json
`;

function configuration({ instance, timeZone }: InitOptions): string {
  return `# Muster's configuration. config/muster.example.yaml explains every setting; "muster doctor" checks what stands here.
# Relative paths are relative to this file.

# The name of this installation, as in ${REPOSITORY}/muster.yaml. Choose it before the first account is made, and once.
instance: ${instance}

# observe: plan and report, and write nothing. enforce: make it so.
mode: observe

# A day in the repository is a day in this time zone.
timeZone: ${timeZone}

# The folder beside this file, to try things out. Then put it into Git, where merge requests approve what changes:
source:
  folder: ${REPOSITORY}
  # git: { url: ssh://git@git.example.org/research/desired-state.git, branch: main }

# When "muster serve" looks without being asked: every hour.
schedule: "0 * * * *"

# Muster's memory. On a server: /var/lib/muster/muster.db
store: { sqlite: muster.db }

# An empty directory in a file, so that everything can be tried without a server. In its place, for Active Directory:
#   activeDirectory:
#     urls: [ldaps://dc1.example.org, ldaps://dc2.example.org]
#     bind: { user: muster@example.org, passwordFile: /run/secrets/muster-ad }
#     base: DC=example,DC=org
#     accounts: as below, with your units
directory:
  embedded:
    file: ${DIRECTORY}
    accounts:
      read: ["${UNIT}"]
      create: [{ ou: "${UNIT}" }]
      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
      # Accounts for emergencies, which Muster never touches:
      # protected: [breakglass]

# Initial passwords are sealed for the people named here. Without this part no account is made. Each of them runs
# "age-keygen -o key.txt", keeps key.txt, and gives you the line that begins with age1.
# credentials: { outbox: outbox, recipients: [age1…] }

# How many people one pass may affect before it asks; what is not named keeps its default.
limits: { always: 5 }
`;
}

function repository({ instance }: InitOptions): Readonly<Record<string, string>> {
  return {
    'muster.yaml': `# Which Muster this repository is for. Without this file, or with another name, Muster changes nothing at all.
format: 1
instance: ${instance}
`,
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
    'blocked-users.yaml': `# People who are shut out, with the reason. The people's own files stay as they are.
# An entry ends by "until" or "lifted" alone; deleting it ends nothing.
# - user: ajensen
#   reason: Copied results to a private mailbox
#   from: 2027-01-05
#   until: 2027-02-28        # last day of the block
[]
`,
    'blocked-institutions.yaml': `# Institutions whose people are shut out, those of institutions that are part of them included.
# - institution: northlake
#   reason: Agreement expired, renewal under way
#   from: 2027-01-05
[]
`,
    'README.md': `# Who may use our systems

One short YAML file for each person and institution; a merge request is the approval. Muster makes the systems hold what stands
here. Look at what a change would do before you merge it:

    muster validate
    muster plan
`,
  };
}
