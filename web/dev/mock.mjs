// A stand-in for the node while the page is worked on: the API in memory with invented content, dist/ under the node's
// own policy. `npm run dev:mock [-- --port 8499] [--empty]`; tests start it in their own process and turn its world.

import { readFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { case_commands, cases_today } from './mock_cases.mjs';
import { guidance_commands, guidance_today } from './mock_guidance.mjs';
import { porch_commands } from './mock_porch.mjs';
import { sample, words } from './sample.mjs';

const dist = process.env.PAGE_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const day = 86_400_000;

class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Mock {
  constructor({ empty = false, passphrase_ms = 400 } = {}) {
    this.empty = empty;
    this.passphrase_ms = passphrase_ms;
    this.vault = 'none';
    this.language = '';
    this.passphrase = '';
    this.groups = [];
    this.joins = [];
    this.link = 'connected';
    this.disk_full = false;
    this.strangers = false;
    this.streams = new Set();
    this.counter = 0;
    Object.assign(this.commands, case_commands(this, Refused), guidance_commands(this, Refused), porch_commands(this, Refused));
  }

  notice(notice, group) {
    const line = `data: ${JSON.stringify(group ? { notice, group } : { notice })}\n\n`;
    for (const stream of this.streams) stream.write(line);
  }

  id(letter) {
    return `${letter}${++this.counter}_${Math.random().toString(36).slice(2, 8)}`;
  }

  words(seed, count) {
    const pick = (language) => Array.from({ length: count }, (_, i) => words[language][(seed * 7 + i * 5) % words[language].length]);
    const own = this.language === 'en' ? 'en' : 'ru';
    return { words: pick(own), words_other: pick(own === 'ru' ? 'en' : 'ru') };
  }

  group(id) {
    const group = this.groups.find((one) => one.group === id);
    if (!group) throw new Refused('no_group');
    return group;
  }

  open() {
    if (this.vault === 'none') throw new Refused('no_vault');
    if (this.vault !== 'open') throw new Refused('locked');
  }

  /** Somebody else writes. */
  incoming(id, text) {
    const group = this.group(id);
    const author = group.members.find((one) => !one.me);
    group.talk.push({ message: this.id('m'), author: author.member, author_name: author.name, mine: false, text: text ?? group.late, at: Date.now(), state: 'taken_in' });
    group.unread++;
    this.notice('talk', id);
  }

  set_link(link) {
    this.link = link;
    this.notice('sync');
    if (link === 'connected') for (const group of this.groups) this.send_out(group);
  }

  send_out(group) {
    for (const [state, wait] of [['posted', 250], ['taken_in', 700]])
      setTimeout(() => {
        if (this.link !== 'connected') return;
        for (const message of group.talk) if (message.mine && message.state !== 'taken_in') message.state = state;
        this.notice('talk', group.group);
        this.notice('sync');
      }, wait);
  }

  waiting(group) {
    return group.talk.filter((message) => message.mine && message.state === 'queued').length;
  }

  commands = {
    'app.state': () => ({ vault: this.vault, language: this.language, version: '0.1.0', relay: 'http://127.0.0.1:8470' }),
    'app.set_language': ({ language }) => {
      this.language = language;
      return {};
    },
    'passphrase.strength': ({ passphrase }) => {
      const guesses_log10 = new Set(passphrase).size * 0.3 + passphrase.split(/\s+/).filter(Boolean).length * 2.2;
      return { score: Math.min(4, Math.floor(guesses_log10 / 3)), guesses_log10, enough: guesses_log10 >= 10 };
    },
    'vault.create': async ({ passphrase }) => {
      if (this.vault !== 'none') throw new Refused('vault_exists');
      await this.#think();
      this.passphrase = passphrase;
      this.vault = 'open';
      if (!this.empty) this.groups = sample(this.language || 'ru', Date.now());
      this.notice('vault');
      return {};
    },
    'vault.unlock': async ({ passphrase }) => {
      await this.#think();
      if (passphrase !== this.passphrase) throw new Refused('wrong_passphrase');
      this.vault = 'open';
      this.notice('vault');
      return {};
    },
    'vault.change_passphrase': async ({ old_passphrase, new_passphrase }) => {
      await this.#think();
      if (old_passphrase !== this.passphrase) throw new Refused('wrong_passphrase');
      this.passphrase = new_passphrase;
      return {};
    },
    'vault.lock': () => {
      this.vault = 'locked';
      this.notice('vault');
      return {};
    },
    'group.create': ({ name, my_name, relay }) => {
      if (relay && !/^https?:\/\//.test(relay)) throw new Refused('bad_relay');
      const group = this.id('g');
      this.groups.push({
        group, name, my_name, my_role: 'organizer', epoch: 0, state: 'active', unread: 0, link: this.link, talk: [], list: [], warnings: [], invites: [],
        members: [{ member: 'p0', name: my_name, role: 'organizer', me: true, since: Date.now(), sponsor_name: '', confirmed_names: [] }],
      });
      this.notice('groups');
      return { group };
    },
    'group.list': () => ({
      groups: this.groups.map((g) => {
        const last = g.talk.at(-1);
        return {
          group: g.group, name: g.name, members: g.members.length, epoch: g.epoch, state: g.state, my_name: g.my_name, my_role: g.my_role, unread: g.unread, mentions: 0, link: this.link, is_porch: !!g.is_porch,
          requests: g.list.filter((r) => r.can_propose || r.can_confirm).length, waiting: this.waiting(g),
          ...(last ? { last: { author_name: last.author_name, text: last.text, at: last.at } } : {}),
        };
      }),
    }),
    'group.invite': ({ group, days = 7 }) => {
      const invite = { invite: this.id('i'), ends_at: Date.now() + days * day, state: 'open' };
      this.group(group).invites.unshift(invite);
      this.notice('invites', group);
      return { ...invite, link: `homeward:invite#1.${Buffer.from(`${invite.invite} ${'0123456789abcdef'.repeat(10)}`).toString('base64url')}` };
    },
    'group.invites': ({ group }) => ({ invites: this.group(group).invites }),
    'group.revoke_invite': ({ group, invite }) => {
      const found = this.group(group).invites.find((one) => one.invite === invite);
      if (!found) throw new Refused('no_invite');
      found.state = 'expired';
      return {};
    },
    'group.join': ({ link, my_name }) => {
      if (!/^homeward:invite#/.test(link)) throw new Refused('bad_link');
      const join = { join: this.id('j'), my_name, ...this.words(3, 4), state: this.link === 'connected' ? 'waiting' : 'sending', ends_at: Date.now() + 7 * day, at: Date.now() };
      this.joins.push(join);
      this.notice('joins');
      return { join: join.join, words: join.words, words_other: join.words_other };
    },
    'group.joins': () => ({ joins: this.joins }),
    'group.cancel_join': ({ join }) => {
      this.joins = this.joins.filter((one) => one.join !== join);
      this.notice('joins');
      return {};
    },
    'group.requests': ({ group }) => ({ requests: this.group(group).list.map(({ word_seed, ...one }) => ({ objections: [], can_decline: one.mine, can_object: !!one.proposed_by && !one.mine, ...one, ...this.words(word_seed, 4) })) }),
    'group.propose': ({ group, request, note = '' }) => {
      const g = this.group(group);
      const one = this.#request(g, request);
      const me = g.members.find((m) => m.me);
      Object.assign(one, { can_propose: false, note, proposed_by: { member: me.member, name: me.name } });
      this.notice('requests', group);
      return {};
    },
    'group.confirm': ({ group, request }) => {
      const g = this.group(group);
      const one = this.#request(g, request);
      const me = g.members.find((m) => m.me);
      one.can_confirm = false;
      one.confirmed_by.push({ member: me.member, name: me.name });
      this.notice('requests', group);
      setTimeout(() => {
        g.list = g.list.filter((other) => other !== one);
        g.members.push({ member: this.id('p'), name: one.name, role: 'member', me: false, since: Date.now(), sponsor_name: one.proposed_by.name, confirmed_names: [me.name] });
        g.epoch++;
        for (const kind of ['members', 'requests', 'group']) this.notice(kind, group);
      }, 600);
      return {};
    },
    'group.decline': ({ group, request }) => {
      const g = this.group(group);
      g.list = g.list.filter((one) => one.request !== request);
      this.notice('requests', group);
      return {};
    },
    'group.devices': ({ group, member }) => {
      const one = this.group(group).members.find((other) => (member ? other.member === member : other.me));
      return { devices: [{ device: 'device', this_one: !member, first: true, since: one?.since ?? 0, approved_by: [], can_remove: false }], can_add: !member };
    },
    'group.new_devices': () => ({ devices: [] }),
    'group.stuck': () => ({ stuck: false, also: [], can_restart: false, restarting: false }),
    'group.members': ({ group }) => ({ members: this.group(group).members.map((one) => ({ removal_by: [], ...one })) }),
    'group.policy': ({ group }) => {
      const g = this.group(group);
      const having = (role) => g.members.filter((one) => one.role === role).map(({ member, name }) => ({ member, name }));
      return { name: g.name, vouches: g.vouches ?? 1, retention_days: g.retention_days ?? 0, relays: ['http://127.0.0.1:8440'],
        organizers: having('organizer'), advisers: having('adviser'), elects: false, can_change: g.my_role === 'organizer',
        agree: Math.min(2, having('organizer').length), removal_needs: 2, changes: [], removals: [] };
    },
    'group.relays': ({ group }) => {
      const g = this.group(group);
      const relays = g.relays ?? ['http://127.0.0.1:8440'];
      return { relays: relays.map((relay, i) => ({ relay, connected: i > 0 || !g.relay_gone, orders: i === 0, listed: true })),
        recoveries: g.recoveries ?? [], reachable: !g.relay_gone, can_change: g.my_role === 'organizer', agree: 1 };
    },
    'group.change_relays': ({ group, relays }) => {
      this.group(group).relays = relays;
      for (const kind of ['members', 'group']) this.notice(kind, group);
      return { change: this.id('c') };
    },
    'group.recover': ({ group, relay }) => {
      const g = this.group(group);
      if (!g.relay_gone) throw new Refused('relay_is_there');
      g.recoveries = [...(g.recoveries ?? []).filter((one) => one.relay !== relay),
        { relay, approved_by: [...(g.recoveries ?? []).find((one) => one.relay === relay)?.approved_by ?? [],
          ...g.members.filter((one) => one.me).map(({ member, name }) => ({ member, name }))],
          needed: Math.floor(g.members.length / 2) + 1, mine: true }];
      this.notice('members', group);
      return {};
    },
    'group.set_role': ({ group, member, role }) => {
      const g = this.group(group);
      if (g.my_role !== 'organizer') throw new Refused('not_allowed');
      g.members.find((one) => one.member === member).role = role;
      for (const kind of ['members', 'group']) this.notice(kind, group);
      return { change: this.id('c') };
    },
    'group.set_policy': ({ group, name, vouches, retention_days }) => {
      Object.assign(this.group(group), name ? { name } : {}, vouches ? { vouches } : {}, retention_days === undefined ? {} : { retention_days });
      for (const kind of ['members', 'group', 'groups']) this.notice(kind, group);
      return { change: this.id('c') };
    },
    'group.chain': ({ group, member }) => {
      const g = this.group(group);
      const name = g.members.find((one) => one.member === member)?.name;
      const brought_in = g.members.filter((one) => one.sponsor_name === name).map((one) => (
        { member: one.member, name: one.name, since: one.since, sponsor: { member, name }, depth: 1, vouched: [] }));
      return { brought_in, vouched_for: [] };
    },
    'group.safety_words': ({ group, member }) => {
      const g = this.group(group);
      const index = g.members.findIndex((one) => one.member === member);
      if (index < 0) throw new Refused('no_member');
      return { ...this.words(index + g.epoch, 8), epoch: g.epoch };
    },
    'group.remove': ({ group, member }) => {
      const g = this.group(group);
      if (g.my_role !== 'organizer') throw new Refused('not_allowed');
      g.members = g.members.filter((one) => one.member !== member);
      g.epoch++;
      for (const kind of ['members', 'group']) this.notice(kind, group);
      return {};
    },
    'group.leave': ({ group }) => {
      const g = this.group(group);
      g.state = 'leaving';
      this.notice('group', group);
      setTimeout(() => {
        g.state = 'left';
        this.notice('group', group);
      }, 800);
      return {};
    },
    'group.forget': ({ group }) => {
      this.group(group);
      this.groups = this.groups.filter((one) => one.group !== group);
      this.notice('groups');
      return {};
    },
    'group.warnings': ({ group }) => ({ warnings: this.group(group).warnings }),
    'talk.edit': ({ group, message, text }) => {
      Object.assign(this.#message(group, message), { text, edited: true });
      this.notice('talk', group);
      return {};
    },
    'talk.remove': ({ group, message }) => {
      const one = this.#message(group, message);
      Object.assign(one, { text: '', removed_by: { member: 'p0', name: this.group(group).my_name }, signs: [] });
      this.notice('talk', group);
      return {};
    },
    'talk.sign': ({ group, message, sign }) => {
      const one = this.#message(group, message);
      one.signs = sign ? [{ sign, mine: true, names: [this.group(group).my_name] }] : [];
      this.notice('talk', group);
      return {};
    },
    'talk.pin': ({ group, message }) => ((this.#message(group, message).pinned = true), this.notice('talk', group), {}),
    'talk.unpin': ({ group, pin }) => ((this.#message(group, pin).pinned = false), this.notice('talk', group), {}),
    'talk.pinned': ({ group }) => {
      const g = this.group(group);
      return { pins: g.talk.filter((one) => one.pinned).map((one) => ({ pin: one.message, message: one.message, author: one.author,
        author_name: one.author_name, text: one.text, at: one.at, by: { member: 'p0', name: g.my_name }, can_unpin: g.my_role !== 'member' })) };
    },
    'talk.draft': ({ group }) => this.group(group).draft ?? { text: '' },
    'talk.set_draft': ({ group, ...draft }) => ((this.group(group).draft = draft), {}),
    'talk.keeping': ({ group }) => {
      const g = this.group(group);
      return { group: g.retention_days ?? 0, mine: g.my_days ?? 0, days: g.my_days || (g.retention_days ?? 0) };
    },
    'talk.set_retention': ({ group, days }) => ((this.group(group).my_days = days), {}),
    'talk.post': ({ group, text, reply_to }) => {
      const g = this.group(group);
      if (g.state !== 'active') throw new Refused('not_possible_now');
      if (this.disk_full) throw new Refused('disk_full');
      if (text.length > 8000) throw new Refused('text_too_long');
      const message = { message: this.id('m'), author: 'p0', author_name: g.my_name, mine: true, text, at: Date.now(), state: 'queued' };
      const answered = g.talk.find((one) => one.message === reply_to);
      if (answered) message.reply_to = { message: reply_to, author: answered.author, author_name: answered.author_name, text: answered.text, removed: false };
      g.draft = undefined;
      g.talk.push(message);
      this.notice('talk', group);
      this.notice('sync');
      if (this.link === 'connected') this.send_out(g);
      return { message: message.message };
    },
    'talk.list': ({ group, limit = 50, before }) => {
      const { talk } = this.group(group);
      const end = before ? talk.findIndex((one) => one.message === before) : talk.length;
      if (end < 0) throw new Refused('no_message');
      const from = Math.max(0, end - limit);
      return { messages: talk.slice(from, end).map((one) => this.#whole(group, one)), more: from > 0 };
    },
    'talk.search': ({ query, group, limit = 50 }) => {
      const sought = query.toLocaleLowerCase();
      const found = this.groups
        .filter((g) => !group || g.group === group)
        .flatMap((g) => g.talk.map((m) => ({ ...m, group: g.group, group_name: g.name })))
        .filter((m) => m.text.toLocaleLowerCase().includes(sought))
        .sort((a, b) => b.at - a.at);
      return { messages: found.slice(0, limit).map((one) => this.#whole(one.group, one)), more: found.length > limit };
    },
    'file.list': () => ({ sending: [], fetching: [] }),
    'talk.seen': ({ group }) => {
      this.group(group).unread = 0;
      return {};
    },
    'sync.status': () => ({
      state: this.vault === 'open' ? this.link : 'locked',
      waiting: this.groups.reduce((sum, group) => sum + this.waiting(group), 0),
      disk_full: this.disk_full,
      groups: this.groups.map((group) => ({ group: group.group, state: this.link, waiting: this.waiting(group) })),
    }),
    'today.list': () => ({
      items: [
        ...this.groups.flatMap((g) => {
          const of = { group: g.group, group_name: g.name };
          if (g.state === 'removed') return [{ kind: 'removed', ...of }];
          return [
            ...(g.warnings.length ? [{ kind: 'warning', ...of }] : []),
            ...g.list.filter((r) => r.can_propose).map((r) => ({ kind: 'request', ...of, name: r.name, request: r.request })),
            ...g.list.filter((r) => r.can_confirm).map((r) => ({ kind: 'confirm', ...of, name: r.name, request: r.request })),
            ...(g.unread ? [{ kind: 'unread', ...of, count: g.unread }] : []),
          ];
        }),
        ...cases_today(this, this.commands),
        ...guidance_today(this),
        ...this.joins.filter((j) => j.state === 'waiting').map((j) => ({ kind: 'join_waiting', join: j.join })),
      ],
    }),
  };

  #message(group, id) {
    const one = this.group(group).talk.find((message) => message.message === id);
    if (!one) throw new Refused('no_message');
    one.signs ??= [];
    return one;
  }

  #whole(group, one) {
    const { my_role } = this.group(group);
    const there = !one.removed_by;
    return { files: [], mentions: [], mentions_me: false, edited: false, signs: [], pinned: false, can_edit: there && one.mine,
      can_remove: there && (one.mine || my_role === 'organizer'), can_pin: there && my_role !== 'member', ...one };
  }

  #request(group, request) {
    const one = group.list.find((r) => r.request === request);
    if (!one) throw new Refused('no_request');
    return one;
  }

  #think() {
    return new Promise((done) => setTimeout(done, this.passphrase_ms));
  }

  async answer(name, args) {
    try {
      const command = this.commands[name];
      if (!command) throw new Refused('unknown_command');
      if (!/^(app|passphrase|vault)\./.test(name) && name !== 'sync.status') this.open();
      return { result: await command(args) };
    } catch (error) {
      if (!(error instanceof Refused)) console.error(error);
      return { error: { code: error.code ?? 'internal', message: error.code ?? String(error) } };
    }
  }

  async #serve(request, response) {
    const path = new URL(request.url, 'http://localhost').pathname;
    const head = { 'cache-control': 'no-store', 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
    if (path.startsWith('/api/') && this.strangers) return response.writeHead(401, head).end();
    if (path === '/api/call' && request.method === 'POST') {
      let body = '';
      for await (const part of request) body += part;
      const { name, args } = JSON.parse(body);
      const answer = await this.answer(name, args);
      return response.writeHead(200, { ...head, 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }
    if (path === '/api/notices') {
      response.writeHead(200, { ...head, 'content-type': 'text/event-stream' });
      response.write(': here\n\n');
      this.streams.add(response);
      request.on('close', () => this.streams.delete(response));
      return;
    }
    const file = join(dist, normalize(path === '/' ? '/index.html' : path));
    if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404, head).end();
    response.writeHead(200, { ...head, 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  }

  listen(port = 0) {
    this.server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end();
      });
    });
    return new Promise((done) => this.server.listen(port, '127.0.0.1', () => done(`http://127.0.0.1:${this.server.address().port}/`)));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--port');
  const mock = new Mock({ empty: process.argv.includes('--empty') });
  console.log(await mock.listen(at > 0 ? Number(process.argv[at + 1]) : 8499));
}
