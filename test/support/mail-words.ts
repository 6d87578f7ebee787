/** What mails to Research Service and to whoever does something by hand are called, in both languages. */
import { GUIDES } from './guide.ts';

export const MAIL_WORDS = {
  en: {
    page: GUIDES.en,
    created: '1 new account',
    reissued: '1 new initial password',
    phone: '1 changed phone number',
    closed: '1 closed account',
    blocked: (people: number) => (people === 1 ? '1 person blocked' : `${people} people blocked`),
    returned: (people: number) => (people === 1 ? '1 person has access again' : `${people} people have access again`),
    back: (group: string) => `is back, in the groups of before (${group})`,
    backElsewhere: (group: string) =>
      `is back from another institution (was with northlake): gets a new initial password, and is taken out of every group (was in ${group})`,
    stopped: '1 person who may not send mail',
    sending: '1 person may send mail again',
    oldNumber: 'old number',
    newNumber: 'new number',
    task: 'task',
    server: 'Hosted server',
  },
  da: {
    page: GUIDES.da,
    created: '1 ny konto',
    reissued: '1 ny startadgangskode',
    phone: '1 ændret telefonnummer',
    closed: '1 lukket konto',
    blocked: (people: number) => (people === 1 ? '1 person er spærret' : `${people} personer er spærret`),
    returned: (people: number) =>
      people === 1 ? '1 person har fået sin adgang igen' : `${people} personer har fået deres adgang igen`,
    back: () => 'kontoen er åbnet igen, med adgangskode og grupper som før',
    backElsewhere: () =>
      'kontoen er åbnet igen hos en anden institution (før: northlake), med en ny startadgangskode og uden grupperne fra før',
    stopped: '1 person må ikke sende mail',
    sending: '1 person må igen sende mail',
    oldNumber: 'gammelt nummer',
    newNumber: 'nyt nummer',
    task: 'opgave',
    server: 'Hostet server',
  },
};
