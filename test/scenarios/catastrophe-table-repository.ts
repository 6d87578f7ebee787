/** Catastrophes of the repository: files emptied, cut off, gone, renamed, of somebody else, or unreadable. */
import { became, type Catastrophe, edited, files, renamed } from '../support/catastrophe.ts';
import { DTU_FILE, type Ground } from '../support/ground.ts';

const EVERYBODY = /^users\//;
const INSTITUTIONS = /^institutions\//;
const BLOCK_LISTS = /^blocked-/;
const ALL = /./;
const ALL_BUT_MUSTER = /^(?!muster\.yaml)/;

const half = (text: string) => text.slice(0, Math.floor(text.length / 2));
const conflict = (text: string) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> their-branch\n`;
const LOGIN_PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in</body></html>\n';

export const REPOSITORY: readonly Catastrophe<Ground>[] = [
  {
    title: 'S4: muster.yaml is deleted',
    strike: [files({ 'muster.yaml': null })],
    says: 'This file must be at the top of the repository and say `format: 1` and `instance: research-service`. Until then nothing here counts.',
  },
  {
    title: 'S4: muster.yaml is emptied',
    strike: [files({ 'muster.yaml': '' })],
    says: 'This file must be at the top of the repository and say `format: 1` and `instance: research-service`. Until then nothing here counts.',
  },
  {
    title: 'S4: muster.yaml is that of another instance',
    strike: [files({ 'muster.yaml': 'format: 1\ninstance: another-site\n' })],
    says: 'This repository is for the instance `another-site`, but this Muster is `research-service`.',
  },
  {
    title: 'S4: muster.yaml says format 2',
    strike: [files({ 'muster.yaml': 'format: 2\ninstance: research-service\n' })],
    says: 'This Muster reads format 1, not `2`.',
  },
  {
    title: 'S4: muster.yaml has conflict marks',
    strike: [edited(/^muster\.yaml$/, conflict)],
    says: 'Two people changed this file at once, and both versions are still in it',
  },
  {
    title: 'S4: muster.yaml is a log-in page',
    strike: [files({ 'muster.yaml': LOGIN_PAGE })],
    says: 'Until then everything stays as it is.',
  },
  {
    title: 'S4: muster.yaml is cut off',
    strike: [edited(/^muster\.yaml$/, half)],
    says: 'This line cannot be understood: `instance`.',
  },
  {
    title: 'S4: all people are deleted',
    strike: [became(EVERYBODY, null)],
    says: 'Anna Jensen (c01) is no longer declared. Access stays as it was and nothing new is given.',
  },
  {
    title: 'S4: all people but one are deleted',
    strike: [became(/^users\/(?!cbs\/c01)/, null)],
    says: 'Anna Jensen (c02) is no longer declared. Access stays as it was and nothing new is given.',
  },
  {
    title: 'S4: the folder of the people is renamed',
    strike: [renamed(EVERYBODY, (path) => path.replace('users/', 'persons/'))],
    says: 'persons/cbs/c01.yaml:1 This file is not read: its place has no meaning here.',
  },
  {
    title: 'S4: the folder of the people is moved into another',
    strike: [renamed(EVERYBODY, (path) => `archive/${path}`)],
    says: 'archive/users/cbs/c01.yaml:1 This file is not read: its place has no meaning here.',
  },
  {
    title: 'S4: every person’s file gets the ending .yml',
    strike: [renamed(/^users\/cbs/, (path) => path.replace('.yaml', '.yml'))],
    says: 'This file is not read, because its name does not end in `.yaml`. Rename it to `c01.yaml`.',
  },
  {
    title: 'S4: every file gets the ending .yaml.txt',
    strike: [renamed(ALL_BUT_MUSTER, (path) => `${path}.txt`)],
    says: 'This file is not read, because its name does not end in `.yaml`. Rename it to `cbs.yaml`.',
  },
  {
    title: 'S4: people’s files are moved to the top',
    strike: [renamed(/^users\/cbs/, (path) => path.replace('users/cbs/', ''))],
    says: 'c01.yaml:1 This file is not read: its place has no meaning here.',
  },
  {
    title: 'S4: all institutions are deleted',
    strike: [became(INSTITUTIONS, null)],
    says: 'The institution `cbs` is no longer declared; it last stood at institutions/cbs.yaml:1.',
  },
  {
    title: 'S4: the folder of the institutions is renamed',
    strike: [renamed(INSTITUTIONS, (path) => path.replace('institutions/', 'organisations/'))],
    says: 'The institution `cbs` is no longer declared; it last stood at institutions/cbs.yaml:1.',
  },
  {
    title: 'S4: one institution is deleted whose people stay',
    strike: [became(/^institutions\/dtu/, null)],
    says: 'The institution `dtu` is no longer declared; it last stood at institutions/dtu.yaml:1.',
  },
  {
    title: 'S4: everything but muster.yaml is deleted',
    strike: [became(ALL_BUT_MUSTER, null)],
    says: 'CBS (`cbs`) is no longer declared, but people still belong to it. Their access stays as it was.',
  },
  {
    title: 'S4: everything is deleted',
    strike: [became(ALL, null)],
    says: 'This file must be at the top of the repository and say `format: 1` and `instance: research-service`. Until then nothing here counts.',
  },
  {
    title: 'S4: one institution’s people are deleted',
    strike: [became(/^users\/dtu/, null)],
    says: 'Anna Jensen (d01) is no longer declared. Access stays as it was and nothing new is given.',
  },
  {
    title: 'Y1: a file with 24 people is emptied',
    strike: [files({ [DTU_FILE]: '' })],
    says: 'This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: 24 files of one person each are emptied',
    strike: [became(/^users\/cbs/, '')],
    says: 'users/cbs/c01.yaml:1:1 This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: all institutions are emptied',
    strike: [became(INSTITUTIONS, '')],
    says: 'institutions/cbs.yaml:1:1 This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: every file but muster.yaml is emptied',
    strike: [became(ALL_BUT_MUSTER, '')],
    says: 'blocked-institutions.yaml:1:1 This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: every file is emptied',
    strike: [became(ALL, '')],
    says: 'This file must be at the top of the repository and say `format: 1` and `instance: research-service`. Until then nothing here counts.',
  },
  {
    title: 'Y1: a file with 24 people is cut off in the middle',
    strike: [edited(/^users\/dtu/, half)],
    says: 'This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: a file with 24 people is cut off behind an entry',
    strike: [edited(/^users\/dtu/, (text) => text.slice(0, text.indexOf('- username: d12')))],
    says: 'Anna Jensen (d12) is no longer declared. Access stays as it was and nothing new is given.',
  },
  {
    title: 'Y1: both block lists are cut off in the middle',
    strike: [edited(BLOCK_LISTS, half)],
    says: 'This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: every file is cut off in the middle',
    strike: [edited(ALL_BUT_MUSTER, half)],
    says: 'This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'Y1: a file with 24 people has conflict marks',
    strike: [edited(/^users\/dtu/, conflict)],
    says: 'Two people changed this file at once, and both versions are still in it',
  },
  {
    title: 'Y1: both block lists have conflict marks',
    strike: [edited(BLOCK_LISTS, conflict)],
    says: 'Two people changed this file at once, and both versions are still in it',
  },
  {
    title: 'Y1: every file has conflict marks',
    strike: [edited(ALL_BUT_MUSTER, conflict)],
    says: 'Two people changed this file at once, and both versions are still in it',
  },
  {
    title: 'Y1: every file is a log-in page',
    strike: [became(ALL_BUT_MUSTER, LOGIN_PAGE)],
    says: 'Until then this entry stays as it last was.',
  },
  {
    title: 'Y10: every file is full of NUL characters',
    strike: [edited(ALL_BUT_MUSTER, (text) => text.replaceAll(/[a-z]/g, '\0'))],
    says: 'An invisible character (U+0000) stands here.',
  },
  {
    title: 'Y5: everybody gets a misspelt field',
    strike: [edited(EVERYBODY, (text) => text.replaceAll(/^( *)(state: \w+)$/gm, '$1$2\n$1disbled: true'))],
    says: 'There is no field `disbled` here. The fields are username, name, email, phone, institution, state, starts, ends.',
  },
  {
    title: 'Y5: every file gets a second document',
    strike: [edited(EVERYBODY, (text) => `${text}---\n${text}`)],
    says: '`---` would begin or end a second document, which would not be read.',
  },
  {
    title: 'Y5: every file is indented by tabs',
    strike: [edited(EVERYBODY, (text) => text.replace(/^/gm, '\t'))],
    says: 'There is a tab on this line. Use spaces only.',
  },
  {
    title: 'Y4: everybody stands a second time, in a copy where all are closed',
    strike: [files(secondCopy((text) => text.replaceAll('state: active', 'state: closed')))],
    says: '39 people in one run; the limit of "block" is 5.',
  },
  {
    title: 'Y4: everybody stands a second time, in a copy with other numbers',
    strike: [files(secondCopy((text) => text.replaceAll('phone: +45 26', 'phone: +45 28')))],
    says: 'The user `c01` stands here and also at users/copy/cbs/c01.yaml:1. Until only one is left, the stricter of them counts and nothing else changes.',
  },
  {
    title: 'Y6: everybody’s state is a word that nobody knows',
    strike: [edited(EVERYBODY, (text) => text.replaceAll(/state: \w+/g, 'state: enabled'))],
    says: '`enabled` is not possible here: write `active` or `closed`.',
  },
  {
    title: 'Y8: everybody belongs to `*`',
    strike: [edited(EVERYBODY, (text) => text.replaceAll(/institution: \w+/g, 'institution: "*"'))],
    says: 'There are no patterns here: name one institution by its id.',
  },
  {
    title: 'Y8: everybody belongs to an institution that does not exist',
    strike: [edited(EVERYBODY, (text) => text.replaceAll(/institution: \w+/g, 'institution: kbs'))],
    says: 'There is no institution `kbs`. Did you mean `cbs`?',
  },
];

function secondCopy(edit: (text: string) => string) {
  return ({ files: now }: Ground) => {
    const chosen = Object.entries(now()).filter(([path]) => EVERYBODY.test(path));
    return Object.fromEntries(chosen.map(([path, text]) => [path.replace('users/', 'users/copy/'), edit(text)]));
  };
}
