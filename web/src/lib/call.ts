// One command to the node and its answer. What the node refuses is thrown as a Refusal; that the node cannot be
// reached, or no longer knows this page, is a Refusal too, with a code of the page's own. Nothing is kept here.

import type { Commands, ErrorCode, Notice } from '../api.gen';

export type Command = keyof Commands;
export type Args<C extends Command> = Commands[C]['args'];
export type Result<C extends Command> = Commands[C]['result'];

// Rows named by the command that answers them, so that the generator is free to name its interfaces.
export type Group = Result<'group.list'>['groups'][number];
export type Member = Result<'group.members'>['members'][number];
export type JoinRequest = Result<'group.requests'>['requests'][number];
export type Policy = Result<'group.policy'>;
export type PolicyChange = Policy['changes'][number];
export type Device = Result<'group.devices'>['devices'][number];
export type Chain = Result<'group.chain'>;
export type Invite = Result<'group.invites'>['invites'][number];
export type Join = Result<'group.joins'>['joins'][number];
export type Message = Result<'talk.list'>['messages'][number];
export type FileItem = Message['files'][number];
export type Reveals = Result<'file.reveals'>['reveals'][number];
export type FileList = Result<'file.list'>;
export type Found = Result<'talk.search'>['messages'][number];
export type Warning = Result<'group.warnings'>['warnings'][number];
export type Stay = Result<'porch.list'>['stays'][number];
export type PorchNote = Result<'porch.status'>['notes'][number];
export type Sync = Result<'sync.status'>;
export type TodayItem = Result<'today.list'>['items'][number];
export type { Notice };

export type RefusalCode = ErrorCode | 'unreachable' | 'stranger';

export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message = '',
    readonly field = '',
  ) {
    super(message);
  }
}

type Listener = (refusal: Refusal | null) => void;
let outcome: Listener = () => undefined;

/** Told after every call: null when the node answered with a result, else why it did not. */
export function on_outcome(listener: Listener): void {
  outcome = listener;
}

async function ask(name: string, args: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch('/api/call', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, args }),
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch {
    throw new Refusal('unreachable');
  }
  if (response.status === 401 || response.status === 403) throw new Refusal('stranger');
  let answer: { result?: unknown; error?: { code: ErrorCode; message?: string; field?: string } };
  try {
    answer = await response.json();
  } catch {
    throw new Refusal('unreachable');
  }
  if (answer.error) throw new Refusal(answer.error.code, answer.error.message, answer.error.field);
  return answer.result ?? {};
}

export async function call<C extends Command>(name: C, args: Args<C>): Promise<Result<C>> {
  try {
    const result = await ask(name, args);
    outcome(null);
    return result as Result<C>;
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal('internal');
    outcome(refusal);
    throw refusal;
  }
}
