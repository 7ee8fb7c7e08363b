// The programs from the shell: shapes that other programs rely on, exit statuses, one node a home, files and rights.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-shell-'));
const home = path.join(folder, 'one');
const other = path.join(folder, 'two');
const program = path.join(bin, 'homeward');
let relay;
const nodes = [];

before(async () => {
  relay = await startRelay(bin, { data: path.join(folder, 'relay') });
  for (const at of [home, other]) nodes.push(await startNode(bin, { home: at, relay: relay.address }));
});
after(async () => {
  for (const node of nodes) await stop(node.child);
  await stop(relay.child);
  rmSync(folder, { recursive: true, force: true });
});

const run = (args, input) => spawnSync(program, args, { input, encoding: 'utf8' });
function call(name, args, at = home) {
  const done = run(['call', '--home', at, name, '-'], JSON.stringify(args ?? {}));
  assert.equal(done.status, 0, `${name}: ${done.stdout}${done.stderr}`);
  return JSON.parse(done.stdout);
}
function refused(name, args, code, status, at = home) {
  const done = run(['call', '--home', at, name, JSON.stringify(args ?? {})]);
  assert.equal(done.status, status, `${name}: ${done.stdout}${done.stderr}`);
  const { error } = JSON.parse(done.stdout);
  assert.equal(error.code, code);
  assert.ok(error.message.length > 5);
  return { error, words: done.stderr };
}

test('a group from the shell, with the documented shapes', { timeout: 60_000 }, async () => {
  refused('group.list', {}, 'no_vault', 3);
  for (const at of [home, other]) assert.deepEqual(call('vault.create', { passphrase: 'из командной строки' }, at), {});
  refused('vault.create', { passphrase: 'x' }, 'vault_exists', 3);
  const { group } = call('group.create', { name: 'Дом', my_name: 'Саяна' });
  const { link } = call('group.invite', { group });
  assert.match(link, /^homeward:1:[\w-]+$/);
  const { join } = call('group.join', { link, my_name: 'Туяна' }, other);
  assert.ok(join);
  const request = await until('the request', () => call('group.requests', { group }).requests[0]);
  assert.equal(request.name, 'Туяна');
  for (const field of ['request', 'name', 'greeting', 'confirmed_by']) assert.ok(field in request, field);
  assert.deepEqual(call('group.propose', { group, request: request.request }), {});
  await until('the newcomer to be in', () => call('group.list', {}, other).groups[0]);
  const mine = call('group.list').groups[0];
  assert.deepEqual([mine.group, mine.name, mine.members, mine.state], [group, 'Дом', 2, 'active']);
  assert.equal(typeof mine.epoch, 'number');
  const { members } = call('group.members', { group });
  assert.deepEqual(members.map((m) => [m.name, m.role, m.me]), [['Саяна', 'organizer', true], ['Туяна', 'member', false]]);
  const { message } = call('talk.post', { group, text: 'Первая строка\nвторая' });
  const there = await until('delivery', () => call('talk.list', { group, limit: 10 }, other).messages.find((m) => m.message === message));
  assert.deepEqual([there.text, there.state, there.mine], ['Первая строка\nвторая', 'taken_in', false]);
  assert.equal(there.author, members[0].member);
  const words = (at, member) => call('group.safety_words', { group, member }, at).words;
  assert.deepEqual(words(home, members[1].member), words(other, members[0].member));
  assert.equal(call('sync.status').state, 'connected');
  // One more link cannot be used twice by the same vault, and a cut one says so.
  refused('group.join', { link, my_name: 'Туяна' }, 'link_used', 3, other);
  refused('group.join', { link: link.slice(0, -5), my_name: 'Туяна' }, 'bad_link', 3, other);
  // Pages of talk, oldest first, before a message.
  for (let i = 0; i < 7; ++i) call('talk.post', { group, text: `номер ${i}` });
  await until('all taken in', () => call('talk.list', { group, limit: 50 }).messages.every((m) => m.state === 'taken_in'));
  const last = call('talk.list', { group, limit: 3 }).messages;
  assert.deepEqual(last.map((m) => m.text), ['номер 4', 'номер 5', 'номер 6']);
  const before = call('talk.list', { group, limit: 2, before: last[0].message }).messages;
  assert.deepEqual(before.map((m) => m.text), ['номер 2', 'номер 3']);
  assert.equal(call('talk.search', { query: 'первые строки', group }).messages[0].message, message);
});

test('notices come as JSON lines', { timeout: 30_000 }, async () => {
  const child = spawn(program, ['watch', '--home', home]);
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  const { group } = call('group.list').groups[0];
  await until('a notice of talk', () => {
    call('talk.post', { group, text: 'заметьте' });
    return out.split('\n').filter(Boolean).map((line) => JSON.parse(line)).find((n) => n.notice === 'talk' && n.group === group);
  });
  await stop(child);
});

test('what does not fit is said, with its exit status', () => {
  refused('group.such', {}, 'unknown_command', 2);
  const { error, words } = refused('group.create', { name: 'x' }, 'bad_arguments', 2);
  assert.equal(error.field, 'my_name');
  assert.match(words, /my_name/);
  refused('talk.post', { group: 'нет', text: 'x' }, 'no_group', 3);
  const { group } = call('group.list').groups[0];
  refused('talk.post', { group, text: '  ' }, 'text_empty', 3);
  refused('group.create', { name: '', my_name: 'я' }, 'name_invalid', 3);
  refused('group.create', { name: 'x', my_name: 'я', relay: 'ftp://x' }, 'bad_relay', 3);
  assert.equal(run(['call', '--home', home, 'group.list', 'nonsense']).status, 2);
  assert.equal(run(['call', '--home', path.join(folder, 'nobody'), 'group.list']).status, 1);
  assert.equal(run(['dance']).status, 2);
  assert.equal(run(['serve', '--page', 'x']).status, 2);
  assert.equal(spawnSync(path.join(bin, 'homeward-relay'), ['serve', '--listen', 'nowhere']).status, 2);
});

test('a wrong passphrase costs as much as the right one', { timeout: 60_000 }, () => {
  call('vault.lock');
  refused('talk.list', { group: 'x', limit: 1 }, 'locked', 3);
  refused('vault.unlock', { passphrase: 'не та' }, 'wrong_passphrase', 3);
  assert.deepEqual(call('vault.unlock', { passphrase: 'из командной строки' }), {});
});

test('one node a home; nobody else may read it', async () => {
  await assert.rejects(startNode(bin, { home, relay: relay.address }), /another node/);
  assert.equal(statSync(home).mode & 0o77, 0);
  assert.equal(statSync(path.join(home, 'control')).mode & 0o77, 0);
});

test('only this page may ask: token, Host and Origin', async () => {
  const port = Number(new URL(nodes[0].address).port);
  const ask = (options, body = '{"name":"app.state"}') => new Promise((done, fail) => {
    const request = http.request({ host: '127.0.0.1', port, path: '/api/call', method: 'POST', ...options }, (response) => {
      response.resume();
      done(response);
    });
    request.on('error', fail);
    request.end(body);
  });
  const open = await ask({ path: new URL(nodes[0].address).pathname + new URL(nodes[0].address).search, method: 'GET' }, '');
  assert.equal(open.statusCode, 303);
  const [cookie] = open.headers['set-cookie'];
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  const again = await ask({ path: new URL(nodes[0].address).pathname + new URL(nodes[0].address).search, method: 'GET' }, '');
  assert.equal(again.statusCode, 403, 'an address opens once');
  const mine = { cookie: cookie.split(';')[0] };
  const fine = await ask({ headers: mine });
  assert.equal(fine.statusCode, 200);
  assert.equal(fine.headers['cache-control'], 'no-store');
  assert.match(fine.headers['content-security-policy'], /default-src 'none'/);
  assert.equal((await ask({ headers: {} })).statusCode, 401);
  assert.equal((await ask({ headers: { cookie: `homeward_${port}=guess` } })).statusCode, 401);
  assert.equal((await ask({ headers: { ...mine, host: 'evil.example:80' } })).statusCode, 403, 'a rebound name');
  assert.equal((await ask({ headers: { ...mine, origin: 'http://evil.example' } })).statusCode, 403);
  assert.equal((await ask({ headers: { ...mine, origin: `http://127.0.0.1:${port + 1}` } })).statusCode, 403, 'another local page');
});
