// A relay with a certificate of its own, and nodes that trust its issuer or do not.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { bringIn, call, pause, startNode, startRelay, stop, until } from '../../tools/lib/processes.mjs';

const bin = process.env.HOMEWARD_BIN ?? path.resolve('build/dev/bin');
const folder = mkdtempSync(path.join(os.tmpdir(), 'homeward-tls-'));
const at = (name) => path.join(folder, name);
const children = [];
let relay;
let port;

const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
function makeAuthority(name) {
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
}
/** NAME.pem and NAME.key, by the authority, for the subject alternative names. */
function makeCertificate(name, authority, names) {
  openssl('req', ...newKey, '-subj', '/CN=relay', '-keyout', `${name}.key`, '-out', `${name}.csr`);
  writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\nbasicConstraints=critical,CA:FALSE\n`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial',
    '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
}
const withTls = (certificate, key = certificate) => ['--tls-cert', at(`${certificate}.pem`), '--tls-key', at(`${key}.key`)];

async function relayWith(name, certificate) {
  const started = await startRelay(bin, { data: at(name), more: withTls(certificate) });
  children.push(started.child);
  return started;
}
/** A node with a fresh vault, or the one it has. */
async function nodeWith(name, { authority, url, isNew = true }) {
  const node = await startNode(bin, { home: at(name), relay: url, env: { SSL_CERT_FILE: at(`${authority}.pem`) } });
  children.push(node.child);
  await call(at(name), isNew ? 'vault.create' : 'vault.unlock', { passphrase: 'слова за замком' });
  return node;
}
const state = async (name) => (await call(at(name), 'sync.status')).state;

function ask(where, extra = {}) {
  return new Promise((done, fail) => {
    https.get({ host: '127.0.0.1', port, path: where, agent: false, ca: readFileSync(at('authority.pem')), ...extra }, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => done({ status: response.statusCode, text }));
    }).on('error', fail);
  });
}
const count = async (name, extra) => Number((await ask('/metrics', extra)).text.match(new RegExp(`^${name} (\\d+)$`, 'm'))[1]);

/** What comes of agreeing on TLS: the socket's facts, or the code of the error. */
function agree(options) {
  return new Promise((done) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca: readFileSync(at('authority.pem')), ...options }, async () => {
      let sessions = 0;
      socket.on('session', () => (sessions += 1));
      await pause(100);
      done({ protocol: socket.getProtocol(), alpn: socket.alpnProtocol, key: socket.getEphemeralKeyInfo().name,
        ticket: socket.getTLSTicket(), sessions, serial: socket.getPeerCertificate().serialNumber });
      socket.destroy();
    });
    socket.on('error', (error) => done({ error: error.code }));
  });
}

before(async () => {
  makeAuthority('authority');
  makeAuthority('stranger-authority');
  makeCertificate('first', 'authority', 'DNS:localhost,IP:127.0.0.1');
  makeCertificate('second', 'authority', 'DNS:localhost,IP:127.0.0.1');
  makeCertificate('elsewhere', 'authority', 'DNS:relay.example,IP:192.0.2.1');
  for (const kind of ['pem', 'key']) copyFileSync(at(`first.${kind}`), at(`relay.${kind}`));
  relay = await relayWith('relay', 'relay');
  assert.match(relay.address, /^https:\/\/127\.0\.0\.1:\d+$/);
  port = Number(new URL(relay.address).port);
});
after(async () => {
  for (const child of children) await stop(child);
  rmSync(folder, { recursive: true, force: true });
});

test('a group of two talks over TLS', { timeout: 60_000 }, async () => {
  for (const name of ['one', 'two']) await nodeWith(name, { authority: 'authority', url: relay.address });
  const { group } = await call(at('one'), 'group.create', { name: 'Дом', my_name: 'Саяна' });
  await bringIn({ sponsor: at('one'), newcomer: at('two'), group, myName: 'Туяна' });
  for (const [from, to] of [['one', 'two'], ['two', 'one']]) {
    const { message } = await call(at(from), 'talk.post', { group, text: `от ${from}` });
    const there = await until('delivery', async () =>
      (await call(at(to), 'talk.list', { group, limit: 10 })).messages.find((m) => m.message === message));
    assert.equal(there.text, `от ${from}`);
    await until('a connection', async () => (await state(from)) === 'connected');
  }
});

test('a name in the certificate will do as an address does', { timeout: 30_000 }, async () => {
  await nodeWith('named', { authority: 'authority', url: `https://localhost:${port}` });
  await call(at('named'), 'group.create', { name: 'По имени', my_name: 'Арюна' });
  await until('a connection', async () => (await state('named')) === 'connected');
});

/** Watches a node that has something to send: it is never connected. */
async function neverConnects(name) {
  await call(at(name), 'group.create', { name: 'Одна', my_name: 'Сэсэг' });
  for (const end = Date.now() + 3_000; Date.now() < end; await pause(100)) {
    assert.ok(['connecting', 'offline'].includes(await state(name)), await state(name));
  }
}

test('a node that does not trust the issuer sends nothing', { timeout: 60_000 }, async () => {
  const counters = ['homeward_relay_appended_total', 'homeward_relay_reads_total', 'homeward_relay_subscribes_total'];
  const counts = async () => Promise.all(counters.map((name) => count(name)));
  const earlier = await counts();
  const stranger = await nodeWith('stranger', { authority: 'stranger-authority', url: relay.address });
  await neverConnects('stranger');
  assert.deepEqual(await counts(), earlier);
  // The same vault, once it trusts the issuer, connects.
  await stop(stranger.child);
  await nodeWith('stranger', { authority: 'authority', url: relay.address, isNew: false });
  await until('a connection', async () => (await state('stranger')) === 'connected');
});

test('a node sends nothing to a relay whose certificate is for another address', { timeout: 60_000 }, async () => {
  const other = await relayWith('elsewhere', 'elsewhere');
  await nodeWith('misled', { authority: 'authority', url: other.address });
  await neverConnects('misled');
  const there = { port: new URL(other.address).port, servername: 'relay.example' };
  for (const name of ['appended_total', 'reads_total', 'subscribes_total']) {
    assert.equal(await count(`homeward_relay_${name}`, there), 0);
  }
});

test('TLS 1.2 and 1.3 only, always with a fresh key, and no session to resume', async () => {
  for (const protocol of ['TLSv1.2', 'TLSv1.3']) {
    const found = await agree({ minVersion: protocol, maxVersion: protocol, ALPNProtocols: ['h2', 'http/1.1'] });
    assert.deepEqual([found.protocol, found.alpn, found.key, found.ticket], [protocol, 'http/1.1', 'X25519', undefined]);
    if (protocol === 'TLSv1.3') assert.equal(found.sessions, 0);
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
  assert.match((await agree(old)).error, /PROTOCOL_VERSION/);
  assert.match((await agree({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).error, /HANDSHAKE_FAILURE/);
  assert.match((await agree({ ecdhCurve: 'P-521' })).error, /HANDSHAKE_FAILURE/);
  assert.match((await agree({ ALPNProtocols: ['h2'] })).error, /NO_APPLICATION_PROTOCOL/);
  assert.equal((await agree({})).alpn, false);
});

test('HTTP without TLS gets no answer, and others are served', { timeout: 20_000 }, async () => {
  await assert.rejects(new Promise((done, fail) => {
    http.get({ host: '127.0.0.1', port, path: '/v1/health', agent: false }, done).on('error', fail);
  }));
  assert.deepEqual(await ask('/v1/health'), { status: 200, text: 'ok\n' });
  assert.equal((await ask('/metrics', { headers: { 'x-forwarded-for': '203.0.113.1' } })).status, 404);
});

test('SIGHUP brings in a new certificate, and does no harm with a bad one', { timeout: 30_000 }, async () => {
  const { serial } = await agree({});
  for (const kind of ['pem', 'key']) copyFileSync(at(`second.${kind}`), at(`relay.${kind}`));
  assert.equal((await agree({})).serial, serial, 'not before it is told');
  relay.child.kill('SIGHUP');
  const renewed = await until('the new certificate', async () => {
    const found = (await agree({})).serial;
    return found !== serial && found;
  });
  writeFileSync(at('relay.pem'), 'no certificate');
  relay.child.kill('SIGHUP');
  await until('the words', () => /the earlier certificate stays.*--tls-cert/.test(relay.errors()));
  assert.equal((await agree({})).serial, renewed);
  assert.equal(await state('one'), 'connected');
});

test('wrong use is explained', () => {
  const run = (...args) => spawnSync(path.join(bin, 'homeward-relay'), ['serve', '--data', at('none'), ...args], { encoding: 'utf8', timeout: 10_000 });
  for (const [args, status, words] of [
    [['--tls-cert', at('first.pem')], 2, /--tls-cert FILE and --tls-key FILE go together/],
    [['--tls-key', at('first.key')], 2, /--tls-cert FILE and --tls-key FILE go together/],
    [withTls('missing', 'first'), 1, /--tls-cert/],
    [withTls('first', 'missing'), 1, /--tls-key/],
    [withTls('first', 'second'), 1, /--tls-key: the key does not belong/],
  ]) {
    const done = run(...args);
    assert.equal(done.status, status, done.stderr);
    assert.match(done.stderr, words);
    assert.equal(done.stdout, '');
  }
});

test('it ends in order while nodes are connected', { timeout: 20_000 }, async () => {
  assert.equal(await state('one'), 'connected');
  const began = Date.now();
  await stop(relay.child);
  assert.equal(relay.child.exitCode, 0);
  assert.ok(Date.now() - began < 5_000);
});
