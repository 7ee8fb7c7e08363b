// Relays and nodes as child processes, and calls to nodes: for the demo and the end-to-end tests.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `check()` answers something true and returns it; throws with `what` after `ms`. */
export async function until(what, check, ms = 20_000) {
  const end = Date.now() + ms;
  let last;
  while (Date.now() < end) {
    try {
      const found = await check();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await pause(25);
  }
  throw new Error(`waited ${ms} ms in vain: ${what}${last ? ` (${last.message})` : ''}`);
}

/** Starts a program and waits for its line `NAME: ADDRESS` on standard output. `env` is added to this process's. */
export function start(program, args, name, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    let out = '';
    let words = '';
    child.on('error', reject);
    child.stderr.on('data', (data) => (words += data));
    child.stdout.on('data', (data) => {
      out += data;
      const line = out.match(new RegExp(`^${name}: (.*)$`, 'm'));
      if (line) resolve({ child, address: line[1], errors: () => words });
    });
    // 'close' comes after the last of its words, 'exit' may come before.
    child.on('close', (code) => reject(new Error(`${path.basename(program)} ended with ${code}: ${words}`)));
  });
}

/** Ends a child by its own pid and waits until it is gone. */
export function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once('exit', done);
    child.kill(signal);
  });
}

export const startRelay = (bin, { data, listen = '127.0.0.1:0', more = [] }) =>
  start(path.join(bin, 'homeward-relay'), ['serve', '--listen', listen, '--data', data, ...more], 'relay');

export function startNode(bin, { home, page = '127.0.0.1:0', relay, passphraseFile, env }) {
  const args = ['serve', '--home', home, '--page', page, '--relay', relay];
  if (passphraseFile) args.push('--passphrase-file', passphraseFile);
  return start(path.join(bin, 'homeward'), args, 'page', env);
}

/** One command to the node that runs on `home`; throws an Error with `code` for a refusal. */
export async function call(home, name, args = {}) {
  const [port, token] = readFileSync(path.join(home, 'control'), 'utf8').trim().split(' ');
  const body = JSON.stringify({ name, args });
  const answer = await new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, path: '/api/call', method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (data) => (text += data));
        response.on('end', () => resolve(JSON.parse(text)));
      });
    request.on('error', reject);
    request.end(body);
  });
  if (answer.error) throw Object.assign(new Error(`${name}: ${answer.error.message}`), answer.error);
  return answer.result;
}

/** `newcomer` joins the group of `sponsor` by a fresh link; `confirmer` vouches where the group asks for it. */
export async function bringIn({ sponsor, newcomer, group, myName, greeting = '', confirmers = [] }) {
  const { link } = await call(sponsor, 'group.invite', { group });
  const { join, words } = await call(newcomer, 'group.join', { link, my_name: myName, greeting });
  const request = await until(`the request of ${myName}`, async () =>
    (await call(sponsor, 'group.requests', { group })).requests.find((r) => r.name === myName && r.can_propose));
  const same = JSON.stringify(request.words) === JSON.stringify(words) ||
    JSON.stringify(request.words_other) === JSON.stringify(words);
  if (!same) throw new Error('the four words differ');
  await call(sponsor, 'group.propose', { group, request: request.request });
  for (const home of confirmers) {
    await until('the proposal', async () =>
      (await call(home, 'group.requests', { group })).requests.some((r) => r.request === request.request && r.can_confirm));
    await call(home, 'group.confirm', { group, request: request.request });
  }
  return until(`${myName} to be in`, async () => {
    const state = (await call(newcomer, 'group.joins')).joins.find((j) => j.join === join);
    const mine = state?.group ?? (await call(newcomer, 'group.list')).groups.find((g) => g.my_name === myName)?.group;
    return mine;
  });
}
