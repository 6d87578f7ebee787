/** What `muster init` writes beside the repository: a configuration that only observes. */
import { type InitOptions, repositoryFiles, UNIT } from './init-repository.ts';

/** The folder of the repository, beside the configuration. */
export const REPOSITORY = 'desired-state';
export const CONFIGURATION = 'muster.yaml';
export const DIRECTORY = 'directory.json';

/** Path below the folder to the text of the file. */
export function initialFiles(options: InitOptions): ReadonlyMap<string, string> {
  const inRepository = Object.entries(repositoryFiles(options)).map(
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
  # Accounts that exist already become its first entries by "muster import" (docs/operating.md).

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
