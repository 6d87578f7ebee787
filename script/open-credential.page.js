/** What the page docs/open-credential.html does in the browser; script/build-credential-page.ts bundles it into the page. */
import { passwordIn } from '../src/credentials/letter.ts';
import { identitiesIn, open } from '../src/credentials/seal.ts';
import { MusterError } from '../src/errors.ts';

/** Sealed letters have about 2 kB, key files less; more than this many bytes is another file, taken by mistake. */
const fileBytesMax = 256 * 1024;

const byId = (id) => document.getElementById(id);
const [form, letter, problem, said, copied] = ['form', 'letter', 'problem', 'said', 'copied'].map(byId);

/** The two things the page needs, each from a file or from its text field; the last one given counts. */
const parts = {
  sealed: {
    card: byId('sealed-card'),
    file: byId('sealed-file'),
    text: byId('sealed-text'),
    state: byId('sealed-state'),
  },
  key: { card: byId('key-card'), file: byId('key-file'), text: byId('key-text'), state: byId('key-state') },
};
const hints = { sealed: parts.sealed.state.textContent, key: parts.key.state.textContent };
const held = { sealed: '', key: '' };

function show(element, text) {
  element.textContent = text;
  element.hidden = text === '';
}

function hideLetter() {
  letter.hidden = true;
  for (const id of ['password', 'letter-text', 'copied']) byId(id).textContent = '';
}

/** Takes the text for one of the two parts; `name` is the file it came from, empty where it was pasted. */
function take(kind, text, name) {
  const part = parts[kind];
  held[kind] = text;
  part.card.classList.toggle('done', text !== '');
  part.state.textContent = text === '' ? hints[kind] : name || 'Pasted';
  if (name !== '') part.text.value = '';
  else part.file.value = '';
  if (kind === 'sealed') show(byId('sealed-note'), noteOn(name));
  said.textContent = '';
  show(problem, '');
  hideLetter();
}

/** What the name of a sealed file says about the fate of its account. */
function noteOn(name) {
  if (name.endsWith('.pending.age')) {
    return 'The account for this file may not exist yet. Wait until its name no longer says “pending”.';
  }
  if (name.endsWith('.unused.age'))
    return 'No account was made with this password. There is another file for this person.';
  return '';
}

/** Somebody may drop both files on one place, or take one for the other: the content decides. */
function kindOf(text, intended) {
  if (/^AGE-(SECRET-KEY|PLUGIN)-/m.test(text)) return 'key';
  // Beside a sealed file, a second one given as the key is a key that is itself locked.
  if (intended === 'key' && (held.sealed !== '' || !text.includes('-----BEGIN AGE'))) return 'key';
  return 'sealed';
}

async function takeFile(file, intended) {
  if (file.size > fileBytesMax) return show(problem, `${file.name} is too large to be a sealed password or a key.`);
  try {
    const text = await file.text();
    take(kindOf(text, intended), text, file.name);
  } catch {
    show(problem, `${file.name} can't be read. Is it still where it was?`);
  }
}

function clear() {
  form.reset();
  take('sealed', '', '');
  take('key', '', '');
}

/** The problem in words. What is no MusterError is a defect, or a browser that lacks something. */
function wordsFor(error) {
  if (error instanceof MusterError) return `${error.what} ${error.next}`;
  return `This browser could not open the file (${error}). Try a current Firefox, Chrome, Edge or Safari.`;
}

async function openLetter() {
  hideLetter();
  said.textContent = '';
  if (held.sealed === '') return show(problem, 'Choose the sealed file first.');
  if (held.key === '') return show(problem, 'Choose your key first.');
  show(problem, '');
  try {
    const text = await open(held.sealed, identitiesIn(held.key));
    const password = passwordIn(text);
    byId('password-row').hidden = password === null;
    byId('password').textContent = password ?? '';
    byId('letter-text').textContent = text;
    letter.hidden = false;
    letter.focus();
    letter.scrollIntoView({ block: 'nearest' });
  } catch (error) {
    show(problem, wordsFor(error));
  }
}

async function copyPassword() {
  const box = byId('password');
  try {
    await navigator.clipboard.writeText(box.textContent);
    copied.textContent = 'Copied. It stays on the clipboard until you copy something else.';
  } catch {
    getSelection().selectAllChildren(box);
    copied.textContent =
      'This browser does not let a page copy. The password is selected: press Ctrl+C, or ⌘C on a Mac.';
  }
}

for (const [kind, part] of Object.entries(parts)) {
  part.file.addEventListener('change', () => part.file.files[0] && takeFile(part.file.files[0], kind));
  part.text.addEventListener('input', () => take(kind, part.text.value, ''));
  part.card.addEventListener('dragover', () => part.card.classList.add('over'));
  for (const end of ['dragleave', 'drop']) part.card.addEventListener(end, () => part.card.classList.remove('over'));
  part.card.addEventListener('drop', (event) => (event.intended = kind));
}

// A one-line field drops the line ends of a pasted key file, and so would run its comments into the key.
parts.key.text.addEventListener('paste', (event) => {
  const lines = event.clipboardData.getData('text').split(/\r?\n/);
  const key = lines.map((line) => line.trim()).find((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (lines.length < 2 || key === undefined) return;
  event.preventDefault();
  parts.key.text.value = key;
  take('key', key, '');
});

// Anywhere on the page, since a browser otherwise leaves the page to show a file that missed its place.
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  for (const file of [...event.dataTransfer.files]) await takeFile(file, event.intended);
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  await openLetter();
});
byId('copy').addEventListener('click', copyPassword);
byId('clear').addEventListener('click', () => {
  clear();
  said.textContent = 'Cleared.';
});
// A page that the browser keeps in memory for its Back button must not keep the key there.
addEventListener('pagehide', clear);
// Some browsers fill fields again on reload.
clear();
