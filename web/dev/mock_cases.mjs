// Cases, rolls and tallies of the mock node, with invented men. Nobody here is real.

const day = 86_400_000;
const iso = (at) => {
  const date = new Date(at);
  const two = (n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
const ago = (days) => iso(Date.now() - days * day);
const ahead = (days) => iso(Date.now() + days * day);
const days_until = (date) => Math.round((new Date(`${date}T12:00`) - new Date(`${iso(Date.now())}T12:00`)) / day);

const texts = {
  ru: {
    unit: 'бригада 37, рота 2', other_unit: 'бригада 5',
    labels: { son: 'Мой старший', ginger: 'Рыжий', quiet: 'Тихоня', carpenter: 'Столяр', home: 'Братик', tall: 'Длинный' },
    name: 'Образцов Пример Примерович', phone: '000-00-00', relatives: 'Мать, сестра',
    said: 'Сказал, что стоят на прежнем месте, телефон один на двенадцать человек.',
    refused: 'Сказал ротному при всех, что дальше не поедет.',
    threat: 'Кричал, что посадит на восемь лет.', law: 'статья 337 УК', rank: 'майор, замполит',
    place: 'подвал клуба', with: 'ещё тринадцать человек',
    step: 'Позвонить в приёмную прокурора', step2: 'Отнести копию рапорта юристу',
    answer: 'Ответ командования на рапорт', answer_law: 'Образец правила: 30 дней со дня регистрации', next: 'Пожаловаться военному прокурору',
    paper: 'Рапорт об отказе', report: 'За неделю обратно отправили около ста человек.', note: 'две семьи из одного района',
    report2: 'Отказались 29 человек, почти все уже дома.', calendar: 'sroki.ics', csv: 'svodka.csv', file: 'delo.homeward',
  },
  en: {
    unit: 'brigade 37, company 2', other_unit: 'brigade 5',
    labels: { son: 'My eldest', ginger: 'Ginger', quiet: 'The quiet one', carpenter: 'Carpenter', home: 'Little brother', tall: 'Tall one' },
    name: 'Sample Example Person', phone: '000-00-00', relatives: 'Mother, sister',
    said: 'He says they are where they were, one phone for twelve men.',
    refused: 'He told the company commander before everybody that he goes no further.',
    threat: 'Shouted that he would jail him for eight years.', law: 'article 337', rank: 'a major, political officer',
    place: 'the cellar of the club', with: 'thirteen more men',
    step: 'Ring the prosecutor’s office', step2: 'Take a copy of the report to the lawyer',
    answer: 'The command’s answer to the report', answer_law: 'Sample rule: 30 days from registration', next: 'Complain to the military prosecutor',
    paper: 'Report of refusal', report: 'About a hundred men were sent back in one week.', note: 'two families of one district',
    report2: 'Of 29 who refused almost all are home.', calendar: 'deadlines.ics', csv: 'tally.csv', file: 'case.homeward',
  },
};
const state_of_kind = { contact: 'in_touch', answer: null, complaint: null, note: null };

class World {
  constructor(mock, group) {
    this.mock = mock;
    this.group = group;
    this.cases = [];
    this.rolls = [];
    this.reports = [];
    this.doubles = [];
  }

  ref(index) {
    const member = this.group.members[index] ?? this.group.members[0];
    return { member: member.member, name: member.name, me: member.me };
  }

  open_case({ label, unit = '', region = '', category = 'contract', speaks = 0, readers = [], sealed, rank = '', usual = 14, last_contact }) {
    const one = {
      case_id: this.mock.id('c'), card: { label, unit, region, category, rank }, speaks: this.ref(speaks), readers, sealed, entries: [], steps: [], papers: [],
      clock: { usual_days: usual, watch_days: usual + 3, act_days: usual * 2, urgent_days: usual * 3 }, at: Date.now(), joined_with: undefined,
    };
    this.cases.push(one);
    if (last_contact) this.entry(one, { kind: 'contact', when: { precision: 'day', day: last_contact } });
    return one;
  }

  entry(one, { kind, when, known_by = 'he_called', sureness = 'sure', reach = 'readers', by = 0, ...more }) {
    const entry = { entry: this.mock.id('e'), kind, when, known_by, sureness, reach, by: this.ref(by), at: Date.now(), ...more };
    one.entries.push(entry);
    one.at = entry.at;
    return entry;
  }

  timeline(one) {
    const corrected = new Set(one.entries.map((e) => e.corrects).filter(Boolean));
    const mine = one.speaks.me;
    return one.entries.map(({ reach, text, place, held_with, ...entry }) => {
      const seen = mine || reach === 'everyone';
      return {
        ...entry, corrected: corrected.has(entry.entry), contradicts: !!entry.contradicts, queued: this.mock.link !== 'connected' && entry.at > Date.now() - 60_000,
        sealed: reach === 'readers' && !!(text || place || held_with), ...(seen && { text, place, held_with }),
      };
    });
  }

  card(one) {
    const line = this.timeline(one).filter((e) => !e.corrected).sort((a, b) => (a.when.day < b.when.day ? 1 : a.when.day > b.when.day ? -1 : b.at - a.at));
    const telling = line.find((e) => state_of_kind[e.kind] !== null);
    const state = telling ? (state_of_kind[telling.kind] ?? telling.kind) : 'unknown';
    const contact = line.find((e) => e.kind === 'contact' || e.kind === 'home');
    const silent = contact && !['home', 'killed'].includes(state) ? -days_until(contact.when.day) : undefined;
    const { watch_days, act_days, urgent_days } = one.clock;
    const silence = silent === undefined ? 'none' : silent >= urgent_days ? 'urgent' : silent >= act_days ? 'act' : silent >= watch_days ? 'watch' : 'none';
    const dues = [...one.steps.filter((s) => !s.done && s.due).map((s) => s.due), ...this.deadlines(one).filter((d) => !d.met).map((d) => d.due)].sort();
    return {
      case_id: one.case_id, ...one.card, state, ...(telling && { since: telling.when.day }), contradictory: line.some((e) => e.contradicts),
      ...(contact && { last_contact: contact.when.day }), ...(silent !== undefined && { silent_days: silent }), silence, speaks: one.speaks, mine: one.speaks.me,
      readable: one.speaks.me, ...(dues[0] && { next_due: dues[0] }), entries: one.entries.length, at: one.at, queued: false, ...(one.joined_with && { joined_with: one.joined_with }),
    };
  }

  deadlines(one) {
    const t = this.texts;
    return one.entries
      .filter((e) => e.kind === 'report_served' || e.kind === 'complaint')
      .map((e) => {
        const due = iso(new Date(`${e.when.day}T12:00`).getTime() + 33 * day);
        return { deadline: `d${e.entry}`, title: t.answer, due, from_entry: e.entry, law: t.answer_law, days_left: days_until(due), met: one.entries.some((a) => a.kind === 'answer'), next: t.next };
      });
  }

  get texts() {
    return texts[this.mock.language === 'en' ? 'en' : 'ru'];
  }

  view(one) {
    const card = this.card(one);
    const same_unit = this.cases.filter((c) => c !== one && c.card.unit && c.card.unit === one.card.unit).length;
    const advice =
      card.silence === 'none' ? undefined
      : { what: card.silence === 'watch' ? 'ask_comrades' : card.silence === 'act' ? 'tracing_request' : 'complaint', level: card.silence, since: card.last_contact, same_unit };
    const fate = ['wounded', 'missing', 'killed', 'home', 'released'].includes(card.state) ? card.state : 'unknown';
    const place = card.readable ? this.timeline(one).filter((e) => e.place && !e.corrected).at(-1)?.place : undefined;
    return {
      card, ...(card.readable && one.sealed && { sealed: one.sealed }), readers: [...one.readers.map((m) => this.ref(this.group.members.findIndex((x) => x.member === m)))],
      may_edit: one.speaks.me, fate, ...(place && { whereabouts: place }), timeline: this.timeline(one), deadlines: this.deadlines(one),
      steps: one.steps.map((s) => ({ ...s, overdue: !s.done && !!s.due && days_until(s.due) < 0 })), papers: one.papers.map(({ values, ...p }) => p),
      clock: one.clock, ...(advice && { advice }), missing_keys: [], seal_anew: false, changes: one.changes ?? [],
    };
  }

  fill() {
    const t = this.texts;
    const lawyer = this.group.members.find((m) => m.role === 'adviser')?.member ?? this.group.members[1]?.member;
    const son = this.open_case({ label: t.labels.son, unit: t.unit, region: 'RU-BU', readers: [lawyer], sealed: { name: t.name, birth_day: '1999-03-12', phone: t.phone, relatives: t.relatives } });
    this.entry(son, { kind: 'exercises', when: { precision: 'month', day: `${ago(95).slice(0, 7)}-01` }, known_by: 'family' });
    this.entry(son, { kind: 'contact', when: { precision: 'exact', day: ago(31), time: '14:05' }, text: t.said });
    this.entry(son, { kind: 'note', when: { precision: 'before', day: ago(28) }, known_by: 'press', sureness: 'rumour', reach: 'everyone', by: 2 });
    son.steps.push({ step: this.mock.id('s'), text: t.step, due: ahead(1), who: this.ref(0), done: false, by: this.ref(0) });

    const ginger = this.open_case({ label: t.labels.ginger, unit: t.unit, region: 'RU-BU', readers: [lawyer], sealed: { name: t.name, birth_day: '2001-11-02' }, rank: '' });
    this.entry(ginger, { kind: 'contact', when: { precision: 'day', day: ago(5) }, text: t.said });
    this.entry(ginger, { kind: 'refused', when: { precision: 'week', day: ago(21) }, text: t.refused });
    this.entry(ginger, { kind: 'report_served', when: { precision: 'day', day: ago(20) }, how: 'in_person_stamp', reach: 'everyone' });
    const wrong = this.entry(ginger, { kind: 'moved', when: { precision: 'day', day: ago(12) }, known_by: 'comrade_family', sureness: 'rumour', by: 3, contradicts: true });
    this.entry(ginger, { kind: 'held', when: { precision: 'day', day: ago(12) }, place: t.place, held_with: t.with, corrects: wrong.entry });
    this.entry(ginger, { kind: 'threatened', when: { precision: 'day', day: ago(4) }, law_article: t.law, by_rank: t.rank, text: t.threat, contradicts: false });
    ginger.steps.push({ step: this.mock.id('s'), text: t.step2, due: ago(1), who: this.ref(0), done: false, by: this.ref(5) });
    ginger.papers.push({ saved: this.mock.id('w'), title: t.paper, article: 'a1', revision: 1, paper: 'report', at: Date.now() - 20 * day, values: [{ name: 'unit', value: t.unit }, { name: 'date', value: ago(20) }] });

    const quiet = this.open_case({ label: t.labels.quiet, unit: t.unit, region: 'RU-TY', speaks: 3, last_contact: ago(18) });
    quiet.clock = { usual_days: 14, watch_days: 17, act_days: 28, urgent_days: 42 };
    const carpenter = this.open_case({ label: t.labels.carpenter, unit: t.other_unit, region: 'RU-DA', category: 'mobilised', speaks: 2 });
    this.entry(carpenter, { kind: 'held', when: { precision: 'day', day: ago(6) }, by: 2, place: t.place });
    const home = this.open_case({ label: t.labels.home, unit: t.unit, region: 'RU-BU', speaks: 4 });
    this.entry(home, { kind: 'home', when: { precision: 'day', day: ago(2) }, by: 4, reach: 'everyone' });
    const tall = this.open_case({ label: t.labels.tall, unit: t.unit, region: 'RU-BU', speaks: 6, last_contact: ago(1) });
    this.doubles.push({ double_id: 'x1', mine: ginger, other: tall, state: 'open' });

    this.report({ text: t.report, unit: t.unit, region: 'RU-BU', from_day: ago(9), until_day: ago(2), figures: [{ state: 'sent_back', count: 100 }, { state: 'killed', count: 10 }, { state: 'wounded', count: 20 }], out_of: 100, source: 'comrade_family', source_note: t.note, sureness: 'likely', overlaps: [] });
    this.report({ text: t.report2, unit: t.unit, region: 'RU-BU', from_day: ago(60), until_day: ago(30), figures: [{ state: 'refused', count: 29 }, { state: 'home', count: 24 }, { state: 'held', count: 2 }], out_of: 29, source: 'office', source_note: '', sureness: 'sure', overlaps: [] });
  }

  report({ unit = '', region = '', source_note = '', ...more }) {
    const one = { report: this.mock.id('f'), unit, region, source_note, by: this.ref(0), mine: true, at: Date.now(), withdrawn: false, queued: false, may_correct: true, may_withdraw: true, ...more };
    this.reports.unshift(one);
    return one;
  }

  rows(by) {
    const states = ['sent', 'refused', 'held', 'threatened', 'released', 'home', 'sent_back', 'wounded', 'missing', 'killed', 'unknown'];
    const key_of = { unit: (x) => x.unit, region: (x) => x.region, month: (x) => x.month };
    const rows = new Map();
    const row = (key) => {
      if (!rows.has(key)) rows.set(key, { key, label: key, men: [0, 0], cells: new Map(states.map((s) => [s, { at_least: 0, at_most: 0, from_cases: 0 }])) });
      return rows.get(key);
    };
    const total = { key: '', label: '', men: [0, 0], cells: new Map(states.map((s) => [s, { at_least: 0, at_most: 0, from_cases: 0 }])) };
    const had = { exercises: 'sent', refused: 'refused', report_served: 'refused', threatened: 'threatened', held: 'held', released: 'released', home: 'home', sent_back: 'sent_back', wounded: 'wounded', missing: 'missing', killed: 'killed' };
    for (const one of this.cases) {
      const said = one.entries.filter((e) => had[e.kind]);
      const first = said[0]?.when.day ?? ago(0);
      for (const target of [row(key_of[by]({ ...one.card, month: first.slice(0, 7) })), total]) {
        target.men[0]++;
        target.men[1]++;
        for (const state of new Set(said.length ? said.map((e) => had[e.kind]) : ['unknown'])) {
          const cell = target.cells.get(state);
          cell.at_least++;
          cell.at_most++;
          cell.from_cases++;
        }
      }
    }
    for (const report of this.reports.filter((r) => !r.withdrawn && !r.corrected_by)) {
      for (const target of [row(key_of[by]({ ...report, month: report.from_day.slice(0, 7) })), total]) {
        target.men[1] += report.out_of ?? 0;
        target.men[0] = Math.max(target.men[0], report.out_of ?? 0);
        for (const figure of report.figures) {
          const cell = target.cells.get(figure.state);
          cell.at_least = Math.max(cell.at_least, figure.count);
          cell.at_most += figure.count;
        }
      }
    }
    const out = ({ key, label, men, cells }) => ({
      key, label, men_at_least: men[0], men_at_most: men[1],
      cells: [...cells].map(([state, cell]) => ({ state, ...cell, small: cell.at_most > 0 && cell.at_most < 3 })),
    });
    return { rows: [...rows.values()].map(out), total: out(total) };
  }
}

export function case_commands(mock, Refused) {
  const worlds = new Map();
  const world = (id) => {
    const group = mock.group(id);
    if (!worlds.has(group)) {
      const made = new World(mock, group);
      worlds.set(group, made);
      if (id === 'g1') made.fill();
    }
    return worlds.get(group);
  };
  const all = () => mock.groups.map((group) => world(group.group));
  const find = (group, case_id) => {
    const one = world(group).cases.find((c) => c.case_id === case_id);
    if (!one) throw new Refused('no_case');
    return one;
  };
  const told = (group) => (mock.notice('cases', group), mock.notice('tallies', group), {});
  const levels = ['none', 'watch', 'act', 'urgent'];

  return {
    'case.list': ({ group, state, unit, region, query, mine, limit = 50, after }) => {
      const cards = world(group).cases.map((c) => world(group).card(c));
      const fits = cards
        .filter((c) => (!state || c.state === state) && (!unit || c.unit.includes(unit)) && (!region || c.region === region) && (!mine || c.mine))
        .filter((c) => !query || `${c.label} ${c.unit}`.toLocaleLowerCase().includes(query.toLocaleLowerCase()))
        .sort((a, b) => levels.indexOf(b.silence) - levels.indexOf(a.silence) || b.at - a.at);
      const from = after ? fits.findIndex((c) => c.case_id === after) + 1 : 0;
      return {
        cases: fits.slice(from, from + limit), total: fits.length, more: fits.length > from + limit,
        silent: cards.filter((c) => c.silence === 'act' || c.silence === 'urgent').length, due: cards.filter((c) => c.next_due && days_until(c.next_due) <= 0).length,
      };
    },
    'case.create': ({ group, card, sealed, readers, last_contact, usual_silence_days }) => {
      if (!card.label) throw new Refused('name_invalid');
      const one = world(group).open_case({ ...card, sealed, readers, last_contact, usual: usual_silence_days });
      told(group);
      return { case_id: one.case_id };
    },
    'case.view': ({ group, case_id }) => world(group).view(find(group, case_id)),
    'case.edit_card': ({ group, case_id, card, reason = '' }) => {
      const one = find(group, case_id);
      Object.assign(one.card, card);
      one.changes = [...(one.changes ?? []), { by: world(group).ref(0), at: Date.now(), reason }];
      return told(group);
    },
    'case.seal': ({ group, case_id, sealed, readers }) => {
      Object.assign(find(group, case_id), { sealed, readers });
      return told(group);
    },
    'case.add_entry': ({ group, case_id, ...entry }) => {
      const made = world(group).entry(find(group, case_id), entry);
      told(group);
      return { entry: made.entry };
    },
    'case.set_silence': ({ group, case_id, ...clock }) => {
      find(group, case_id).clock = clock;
      return told(group);
    },
    'case.add_step': ({ group, case_id, text, due, who }) => {
      const w = world(group);
      const step = { step: mock.id('s'), text, ...(due && { due }), who: who ? w.ref(w.group.members.findIndex((m) => m.member === who)) : w.ref(0), done: false, by: w.ref(0) };
      find(group, case_id).steps.push(step);
      told(group);
      return { step: step.step };
    },
    'case.done_step': ({ group, case_id, step, dropped }) => {
      const one = find(group, case_id);
      if (dropped) one.steps = one.steps.filter((s) => s.step !== step);
      else one.steps.find((s) => s.step === step).done = true;
      return told(group);
    },
    'case.save_paper': ({ group, case_id, ...paper }) => {
      find(group, case_id).papers.push({ saved: mock.id('w'), at: Date.now(), ...paper });
      return told(group);
    },
    'case.read_paper': ({ group, case_id, saved }) => {
      const paper = find(group, case_id).papers.find((p) => p.saved === saved);
      if (!paper) throw new Refused('no_case');
      return paper;
    },
    'case.calendar': ({ group }) => ({ name: world(group).texts.calendar, text: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n' }),
    'case.due': () => ({
      items: all()
        .flatMap((w) =>
          w.cases.flatMap((one) => {
            const of = { group: w.group.group, group_name: w.group.name, case_id: one.case_id, label: one.card.label };
            return [
              ...one.steps.filter((s) => !s.done && s.due).map((s) => ({ ...of, text: s.text, due: s.due, overdue: days_until(s.due) < 0, kind: 'step' })),
              ...w.deadlines(one).filter((d) => !d.met).map((d) => ({ ...of, text: d.title, due: d.due, overdue: d.days_left < 0, kind: 'deadline' })),
              ...(one.speaks.me && ['act', 'urgent'].includes(w.card(one).silence) ? [{ ...of, text: '', due: ago(0), overdue: false, kind: 'silence' }] : []),
            ];
          }),
        )
        .sort((a, b) => (a.due < b.due ? -1 : 1)),
    }),
    'case.doubles': ({ group }) => ({ doubles: world(group).doubles.map((d) => ({ ...d, mine: world(group).card(d.mine), other: world(group).card(d.other) })) }),
    'case.answer_double': ({ group, double_id, agree }) => {
      world(group).doubles.find((d) => d.double_id === double_id).state = agree ? 'i_agreed' : 'refused';
      return told(group);
    },
    'case.take_away': ({ group, passphrase }) => {
      if (!passphrase) throw new Refused('passphrase_empty');
      return { name: world(group).texts.file, file: Buffer.from('case').toString('base64') };
    },
    'case.bring': ({ group, passphrase }) => {
      if (passphrase === 'x') throw new Refused('wrong_passphrase');
      const one = world(group).open_case({ label: world(group).texts.labels.tall });
      told(group);
      return { case_id: one.case_id };
    },
    'case.erase': ({ group, case_id, word }) => {
      const one = find(group, case_id);
      if (word !== one.card.label) throw new Refused('bad_arguments');
      world(group).cases = world(group).cases.filter((c) => c !== one);
      return told(group);
    },
    'roll.match': ({ group, name }) => ({
      matches: world(group)
        .cases.filter((c) => `${c.card.label} ${c.sealed?.name ?? ''}`.toLocaleLowerCase().includes(name.toLocaleLowerCase()))
        .map((c) => ({ case_id: c.case_id, label: c.card.label, unit: c.card.unit, speaks: c.speaks, score: 90, why: 'nickname' })),
    }),
    'roll.save': ({ group, when, known_by, sureness, lines }) => {
      const w = world(group);
      const roll = { roll: mock.id('o'), when, by: w.ref(0), queued: mock.link !== 'connected', entries: [] };
      for (const line of lines) {
        const known = line.case_id && w.cases.find((c) => c.case_id === line.case_id);
        const one = known || w.open_case({ label: line.name, unit: line.unit });
        w.entry(one, { kind: line.kind, when, known_by, sureness, ...(line.message && { text: line.message }) });
        roll.entries.push({ case_id: one.case_id, label: one.card.label, kind: line.kind, new_case: !known });
      }
      w.rolls.unshift(roll);
      told(group);
      const made = roll.entries.filter((e) => e.new_case).length;
      return { roll: roll.roll, made, matched: lines.length - made };
    },
    'roll.list': ({ group }) => ({ rolls: world(group).rolls.map(({ entries, ...r }) => ({ ...r, lines: entries.length, made: entries.filter((e) => e.new_case).length })) }),
    'roll.view': ({ group, roll }) => {
      const found = world(group).rolls.find((r) => r.roll === roll);
      if (!found) throw new Refused('no_case');
      const { entries, ...r } = found;
      return { item: { ...r, lines: entries.length, made: entries.filter((e) => e.new_case).length }, entries };
    },
    'report.add': ({ group, corrects, ...report }) => {
      const w = world(group);
      const old = w.reports.find((r) => r.report === corrects);
      if (old) Object.assign(old, { corrected_by: corrects, may_correct: false, may_withdraw: false });
      const made = w.report(report);
      told(group);
      return { report: made.report };
    },
    'report.list': ({ group }) => ({ reports: world(group).reports }),
    'report.withdraw': ({ group, report }) => {
      world(group).reports.find((r) => r.report === report).withdrawn = true;
      return told(group);
    },
    'tally.view': ({ group, by }) => {
      const w = world(group);
      return { by, ...w.rows(by), cases: w.cases.length, joined: 0, reports: w.reports.filter((r) => !r.withdrawn && !r.corrected_by).length };
    },
    'tally.sources': ({ group, state }) => {
      const w = world(group);
      const cards = w.cases.map((c) => w.card(c)).filter((c) => c.state === state);
      return { cases: cards, hidden: 1, reports: w.reports.filter((r) => r.figures.some((f) => f.state === state)) };
    },
    'tally.csv': ({ group }) => ({ name: world(group).texts.csv, text: 'key,men\r\n' }),
  };
}

/** What of the cases needs her today. */
export function cases_today(mock, commands) {
  return commands['case.due']().items
    .filter((item) => item.kind === 'silence' || days_until(item.due) <= 0)
    .map((item) => ({
      kind: item.kind === 'silence' ? 'case_silent' : 'case_due', group: item.group, group_name: item.group_name, case_id: item.case_id, name: item.label, due: item.due,
      ...(item.kind === 'silence' && { count: commands['case.view']({ group: item.group, case_id: item.case_id }).card.silent_days }),
    }));
}
