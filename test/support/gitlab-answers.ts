/** What the stand-in for GitLab answers, by docs.gitlab.com/api: rest, merge_requests, notes, discussions, commits, merge_request_approvals. */
import { type LabNote, type LabPerson, type LabRequest, type LabState, type LabStatus, labPerson } from './gitlab.ts';

export interface Request {
  readonly method: string;
  /** Below the API, still encoded. */
  readonly segments: readonly string[];
  readonly url: URL;
  readonly token: string | null;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Characters of a note (docs.gitlab.com/api/notes). */
const NOTE_MAX = 1_000_000;
/** Characters of a status's description and address (docs.gitlab.com/api/commits). */
const STATUS_TEXT_MAX = 255;
const PER_PAGE_DEFAULT = 20;
const PER_PAGE_MAX = 100;

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: JSON.stringify(value), headers };
}

function refusal(status: number, message: unknown): Reply {
  return json(status, { message });
}

export function answerTo(request: Request, state: LabState): Reply {
  const name = request.token === null ? undefined : state.tokens.get(request.token);
  if (name === undefined) return refusal(401, '401 Unauthorized');
  const who = labPerson(state, name);
  const [top, project = '', ...rest] = request.segments;
  if (top === 'user') return json(200, { id: who.id, username: who.username, state: 'active' });
  const asked = decodeURIComponent(project);
  if (top !== 'projects' || (asked !== state.project.path && asked !== String(state.project.id))) {
    return refusal(404, '404 Project Not Found');
  }
  const [kind, id = '', part, item, more] = rest;
  if (kind === 'statuses' && request.method === 'POST') return setStatus(request, state, id);
  if (kind === 'repository' && id === 'commits') {
    const commit = part ?? '';
    if (item === 'statuses') return paged(request, (state.statuses.get(commit) ?? []).map(statusShown).reverse());
    if (item === 'merge_requests') return ofCommit(request, state, commit);
  }
  if (kind !== 'merge_requests') return refusal(404, '404 Not Found');
  if (id === '') return listed(request, state);
  const one = state.requests.get(Number(id));
  if (one === undefined) return refusal(404, '404 Not found');
  return ofRequest(request, state, who, one, part, item, more);
}

function ofRequest(
  request: Request,
  state: LabState,
  who: LabPerson,
  one: LabRequest,
  part: string | undefined,
  item: string | undefined,
  more: string | undefined,
): Reply {
  const { method } = request;
  if (part === undefined && method === 'GET') return json(200, requestShown(state, one));
  if (part === 'approvals' && method === 'GET') return approvalsOf(state, one);
  if (part === 'commits' && method === 'GET')
    return paged(
      request,
      one.commits.map((id) => {
        const [author, committer] = one.writers.get(id) ?? [addressOf(one), addressOf(one)];
        return { id, author_email: author, committer_email: committer };
      }),
    );
  if (part === 'versions' && method === 'GET') return paged(request, one.versions.map(versionShown));
  if (part === 'notes') return ofNotes(request, state, who, one, item);
  if (part === 'discussions' && more === undefined) return ofDiscussions(request, state, who, one, item);
  return refusal(404, '404 Not Found');
}

function listed(request: Request, state: LabState): Reply {
  const query = request.url.searchParams;
  const [wanted, target] = [query.get('state') ?? 'all', query.get('target_branch')];
  const found = [...state.requests.values()]
    .filter((one) => wanted === 'all' || one.state === wanted)
    .filter((one) => target === null || one.targetBranch === target)
    .sort((a, b) => (query.get('sort') === 'asc' ? a.iid - b.iid : b.iid - a.iid));
  return paged(
    request,
    found.map((one) => requestShown(state, one)),
  );
}

/** Who opened it wrote it, unless a test says otherwise. */
function addressOf({ author }: LabRequest): string {
  return `${author.username}@example.org`;
}

function ofCommit(request: Request, state: LabState, commit: string): Reply {
  const brought = ({ mergeCommit, squashCommit, commits }: LabRequest) =>
    mergeCommit === commit || squashCommit === commit || commits.includes(commit);
  const found = [...state.requests.values()].filter(brought);
  return paged(
    request,
    found.map((one) => requestShown(state, one)),
  );
}

function ofNotes(request: Request, state: LabState, who: LabPerson, one: LabRequest, item: string | undefined): Reply {
  if (request.method === 'GET') {
    const oldestFirst = request.url.searchParams.get('sort') === 'asc';
    const notes = oldestFirst ? one.notes : one.notes.toReversed();
    return paged(request, notes.map(noteShown));
  }
  const known = one.notes.find(({ id }) => id === Number(item));
  if (item !== undefined && known === undefined) return refusal(404, '404 Not found');
  if (known !== undefined && known.author.id !== who.id) return refusal(403, '403 Forbidden');
  if (request.method === 'DELETE' && known !== undefined) {
    one.notes.splice(one.notes.indexOf(known), 1);
    return { status: 204, body: '' };
  }
  const body = fieldsOf(request).body;
  if (typeof body !== 'string' || body === '') return json(400, { error: 'body is missing' });
  if (body.length > NOTE_MAX) return refusal(400, { note: ['is too long (maximum is 1000000 characters)'] });
  obey(state, body);
  if (known !== undefined) known.body = body;
  const note = known ?? addNote(state, one, who, body, null, null);
  return json(known === undefined ? 201 : 200, noteShown(note));
}

/** Quick actions: a line of a comment that begins with a slash, outside of code (docs.gitlab.com/user/project/quick_actions). */
function obey(state: LabState, body: string): void {
  const outside = body.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1`*$/gm, '');
  state.orders.push(...(outside.match(/^\/[a-z_]+.*$/gm) ?? []));
}

function addNote(
  state: LabState,
  one: LabRequest,
  author: LabPerson,
  body: string,
  thread: string | null,
  position: LabNote['position'],
): LabNote {
  state.nextId += 1;
  const note: LabNote = { id: state.nextId, body, author, system: false, thread, position, resolvedBy: null };
  one.notes.push(note);
  return note;
}

function ofDiscussions(
  request: Request,
  state: LabState,
  who: LabPerson,
  one: LabRequest,
  item: string | undefined,
): Reply {
  if (request.method === 'GET') {
    const threads = one.notes.map((note) => ({
      id: note.thread ?? `alone-${note.id}`,
      individual_note: note.thread === null,
      notes: [noteShown(note)],
    }));
    return paged(request, threads);
  }
  const fields = fieldsOf(request);
  if (request.method === 'PUT') {
    const note = one.notes.find(({ thread }) => thread === item);
    if (note === undefined) return refusal(404, '404 Discussion Not Found');
    note.resolvedBy = fields.resolved === true ? who : null;
    return json(200, { id: item, notes: [noteShown(note)] });
  }
  const { body, position } = fields;
  if (typeof body !== 'string') return json(400, { error: 'body is missing' });
  const place = typeof position === 'object' && position !== null ? { ...position } : null;
  if (place !== null && !isPlace(one, place)) {
    return refusal(400, `400 Bad request - Note {:line_code=>["can't be blank", "must be a valid line code"]}`);
  }
  obey(state, body);
  const note = addNote(state, one, who, body, `thread-${state.nextId + 1}`, place);
  return json(201, { id: note.thread, individual_note: false, notes: [noteShown(note)] });
}

/** A line that was added takes a thread by its new number alone; a file that was changed takes one as a whole. */
function isPlace({ changed, versions: [version] }: LabRequest, place: Readonly<Record<string, unknown>>): boolean {
  const lines = changed.get(String(place.new_path));
  const isOfVersion = place.head_sha === version?.head && place.base_sha === version?.base;
  if (lines === undefined || !isOfVersion) return false;
  return place.position_type === 'file' || lines.has(Number(place.new_line));
}

/** An unfinished status is the one that a new state goes on from, and takes no step to the state it has. */
function setStatus(request: Request, state: LabState, commit: string): Reply {
  const { state: wanted, name = 'default', description = null, target_url: targetUrl = null } = fieldsOf(request);
  if (!['pending', 'running', 'success', 'failed', 'canceled', 'skipped'].includes(String(wanted))) {
    return json(400, { error: 'state does not have a valid value' });
  }
  for (const text of [description, targetUrl]) {
    if (typeof text === 'string' && text.length > STATUS_TEXT_MAX) {
      return refusal(400, { description: ['is too long (maximum is 255 characters)'] });
    }
  }
  const own = [...state.requests.values()].some(
    ({ versions, sourceProject }) => sourceProject === state.project.id && versions.some(({ head }) => head === commit),
  );
  if (!own) return refusal(404, '404 Commit Not Found');
  const all = state.statuses.get(commit) ?? [];
  const status: LabStatus = {
    name: String(name),
    status: String(wanted),
    description: typeof description === 'string' ? description : null,
    targetUrl: typeof targetUrl === 'string' ? targetUrl : null,
  };
  const open = all.find((one) => one.name === name && ['pending', 'running'].includes(one.status));
  if (open !== undefined && (open.status === wanted || wanted === 'pending')) {
    const event = wanted === 'pending' ? 'enqueue' : 'run';
    const why = `Status cannot transition via "${event}"`;
    return refusal(400, `Cannot transition status via :${event} from :${open.status} (Reason(s): ${why})`);
  }
  const others = all.filter((one) => one.name !== name);
  state.statuses.set(commit, [...others, status]);
  return json(201, statusShown(status));
}

function approvalsOf(state: LabState, one: LabRequest): Reply {
  const approvedBy = [...one.approvals].map(([username, at]) => ({
    user: labPerson(state, username),
    ...(state.tellsWhen ? { approved_at: new Date(at).toISOString() } : {}),
  }));
  return json(200, { iid: one.iid, project_id: state.project.id, approved_by: approvedBy });
}

function requestShown({ project }: LabState, one: LabRequest): unknown {
  return {
    id: 1000 + one.iid,
    iid: one.iid,
    project_id: project.id,
    title: `Change ${one.iid}`,
    state: one.state,
    target_branch: one.targetBranch,
    source_branch: one.sourceBranch,
    author: one.author,
    source_project_id: one.sourceProject,
    target_project_id: project.id,
    sha: one.head,
    merge_commit_sha: one.mergeCommit,
    squash_commit_sha: one.squashCommit,
    web_url: `https://gitlab.example.org/${project.path}/-/merge_requests/${one.iid}`,
  };
}

function noteShown({ id, body, author, system, thread, position, resolvedBy }: LabNote): unknown {
  const plain = { id, body, author, system, resolvable: thread !== null };
  return thread === null ? plain : { ...plain, position, resolved: resolvedBy !== null, resolved_by: resolvedBy };
}

function statusShown({ name, status, description, targetUrl }: LabStatus): unknown {
  return { name, status, description, target_url: targetUrl, allow_failure: false };
}

function versionShown({ head, base, at }: LabRequest['versions'][number]): unknown {
  const created = new Date(at).toISOString();
  return { head_commit_sha: head, base_commit_sha: base, start_commit_sha: base, created_at: created };
}

/** By offset, with `Link` and the other headers (docs.gitlab.com/api/rest, pagination). */
function paged({ url }: Request, all: readonly unknown[]): Reply {
  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Math.min(Number(url.searchParams.get('per_page') ?? PER_PAGE_DEFAULT), PER_PAGE_MAX);
  const pages = Math.max(1, Math.ceil(all.length / size));
  const at = (n: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(n));
    return `<${target}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [at(page - 1, 'prev')] : []),
    ...(page < pages ? [at(page + 1, 'next')] : []),
    at(1, 'first'),
    at(pages, 'last'),
  ];
  const headers = { link: links.join(', '), 'x-page': String(page), 'x-per-page': String(size) };
  return json(200, all.slice((page - 1) * size, page * size), headers);
}

function fieldsOf({ body }: Request): Readonly<Record<string, unknown>> {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
