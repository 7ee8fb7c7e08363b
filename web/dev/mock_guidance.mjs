// Guidance and questions of the mock node: sample articles that are no legal advice, invented questions.

const day = 86_400_000;
const iso = (at) => {
  const date = new Date(at);
  const two = (n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
const from_today = (days) => iso(Date.now() + days * day);

const texts = {
  ru: {
    refuse: {
      title: 'Как подать рапорт об отказе', summary: 'Отказ заявляют **письменно**. Рапорт подают в двух экземплярах, и на одном просят отметку о получении.',
      steps: [
        { title: 'Заполните рапорт', text: 'Ниже, в «Бумагах», есть бланк. Впишите всё точно, как в документах. Распечатайте два экземпляра.' },
        { title: 'Отдайте его при свидетеле', text: 'Подают командиру или в канцелярию части. Пусть рядом будет кто-то ещё.', say: 'Прошу зарегистрировать рапорт и поставить отметку на моём экземпляре.' },
        { title: 'Если не берут', text: 'Отправьте письмом:\n\n- заказным, с уведомлением\n- с **описью вложения**: она и есть доказательство\n\nСохраните чек и копию.', write: 'Рапорт направлен почтой, так как в части его принять отказались. Дата, фамилия отказавшего.' },
        { title: 'Запишите, что было', text: 'Кто что сказал, когда, при ком. Внесите это в дело: потом пригодится.' },
      ],
      threats: [
        { threat: '«Трибунал, восемь лет»', truth: 'Сам по себе рапорт не преступление. Что грозит на деле, зависит от дня и от того, как сказано: спросите консультанта.' },
        { threat: '«Подпишешь согласие, и отпустим»', truth: 'Ничего не подписывать без копии и без совета. Попросите время прочитать.' },
      ],
      contacts: [{ name: 'Дежурный юрист (образец)', how: '000-00-00, с 9 до 18' }],
      sources: [{ title: 'Положение о порядке службы (образец)', date: '2022-07-01', text: 'статья 51, пункт 3' }],
      paper: {
        title: 'Рапорт', to: 'Командиру войсковой части {{unit}}\nот {{who}}',
        body: 'Я, {{who}}, довожу до Вашего сведения, что отказываюсь от участия в боевых действиях.\n\nОбстоятельства: {{why}}\n\nС {{since}} служу по контракту. Прошу зарегистрировать рапорт и письменно сообщить о решении.',
        fields: [
          { name: 'who', label: 'Звание, фамилия, имя, отчество', explain: 'Как в военном билете', type: 'name', required: true, choices: [] },
          { name: 'unit', label: 'Номер части', explain: 'Пять цифр, без букв', type: 'unit', required: true, choices: [] },
          { name: 'since', label: 'С какого дня служит', explain: '', type: 'date', required: true, choices: [] },
          { name: 'why', label: 'Обстоятельства', explain: 'Два-три предложения: что произошло и почему', type: 'long_text', required: false, choices: [] },
          { name: 'how', label: 'Как подаёте', explain: '', type: 'choice', required: false, choices: ['лично', 'по почте'] },
        ],
      },
      snippet: 'Отказ заявляют письменно. Рапорт подают в двух экземплярах',
    },
    held: { title: 'Что делать, если его удерживают', summary: 'Узнать, где он, и в тот же день пожаловаться письменно.', steps: [{ title: 'Запишите всё, что известно', text: 'Где, с какого дня, кто ещё там.' }, { title: 'Подайте жалобу', text: 'Военному прокурору, по почте или в приёмной.', say: 'Прошу принять жалобу и назвать номер.' }] },
    silent: { title: 'Он не выходит на связь', summary: 'Когда и кого спрашивать, если вестей нет.', steps: [{ title: 'Спросите семьи из той же части', text: 'Звонят с одного телефона по очереди.' }] },
    old: { title: 'Увольнение по собственному желанию', summary: 'Прежний порядок увольнения.', steps: [{ title: 'Подать рапорт', text: 'По прежнему порядку.' }], reason: 'С сентября закон изменился: по этой памятке действовать **опасно**.' },
    next: { title: 'Отпуск после ранения', summary: 'Новый порядок, начнёт действовать скоро.', steps: [{ title: 'Собрать справки', text: 'Выписка, справка о ранении.' }] },
    doubt: 'Отметку ставят не всегда: я бы сразу отправляла и почтой.',
    questions: [
      ['Сына хотят отправить завтра, рапорт не берут. Что делать сегодня?', 'urgent'],
      ['Можно ли подать рапорт за мужа по доверенности?', 'normal'],
      ['Мужа не отпускают в отпуск, хотя подошёл срок. Куда писать?', 'normal'],
      ['Это вопрос только для консультантов: брата держат в другом месте.', 'normal'],
    ],
    answer: 'Отправьте рапорт **заказным письмом** сегодня же, опись вложения сохраните. Подробно в памятке.',
    back: 'А как давно подошёл срок и подавали ли рапорт на отпуск?',
    note: 'В шаге 3 добавить, что чек хранят три года.', lawyer: 'Вторая юристка',
  },
  en: {
    refuse: {
      title: 'How to hand in a report of refusal', summary: 'A refusal is made **in writing**. The report is handed in twice, and a receipt stamp is asked for on one copy.',
      steps: [
        { title: 'Fill the report in', text: 'There is a form under “Papers” below. Write everything as it stands in his documents. Print two copies.' },
        { title: 'Hand it in before a witness', text: 'To the commander or to the unit’s office. Let somebody stand beside you.', say: 'Please register this report and stamp my copy.' },
        { title: 'If they do not take it', text: 'Send it by post:\n\n- registered, with advice of delivery\n- with a **list of contents**: that is the proof\n\nKeep the receipt and a copy.', write: 'The report goes by post because the unit refused to take it. Date, name of who refused.' },
        { title: 'Write down what happened', text: 'Who said what, when, before whom. Note it in the case: it will be needed.' },
      ],
      threats: [
        { threat: '“A tribunal, eight years”', truth: 'The report itself is no crime. What really threatens depends on the day and on the wording: ask the adviser.' },
        { threat: '“Sign that you agree, and we let you go”', truth: 'Sign nothing without a copy and without advice. Ask for time to read.' },
      ],
      contacts: [{ name: 'Lawyer on duty (sample)', how: '000-00-00, 9 to 18' }],
      sources: [{ title: 'Order of service (sample)', date: '2022-07-01', text: 'article 51, paragraph 3' }],
      paper: {
        title: 'Report', to: 'To the commander of unit {{unit}}\nfrom {{who}}',
        body: 'I, {{who}}, report that I refuse to take part in combat.\n\nCircumstances: {{why}}\n\nSince {{since}} I have served under contract. Please register this report and answer in writing.',
        fields: [
          { name: 'who', label: 'Rank and full name', explain: 'As in the military card', type: 'name', required: true, choices: [] },
          { name: 'unit', label: 'Number of the unit', explain: 'Five digits', type: 'unit', required: true, choices: [] },
          { name: 'since', label: 'In service since', explain: '', type: 'date', required: true, choices: [] },
          { name: 'why', label: 'Circumstances', explain: 'Two or three sentences: what happened and why', type: 'long_text', required: false, choices: [] },
          { name: 'how', label: 'How it is handed in', explain: '', type: 'choice', required: false, choices: ['in person', 'by post'] },
        ],
      },
      snippet: 'A refusal is made in writing. The report is handed in twice',
    },
    held: { title: 'What to do when he is held', summary: 'Learn where he is, and complain in writing the same day.', steps: [{ title: 'Write down what is known', text: 'Where, since when, who else.' }, { title: 'Hand in a complaint', text: 'To the military prosecutor, by post or in person.', say: 'Please accept this complaint and give me its number.' }] },
    silent: { title: 'No word from him', summary: 'When and whom to ask when there is no news.', steps: [{ title: 'Ask families of the same unit', text: 'They call by turns from one phone.' }] },
    old: { title: 'Discharge at one’s own wish', summary: 'The former order of discharge.', steps: [{ title: 'Hand in the report', text: 'By the former order.' }], reason: 'The law changed in September: acting on this article is **dangerous**.' },
    next: { title: 'Leave after a wound', summary: 'The new order, valid soon.', steps: [{ title: 'Gather papers', text: 'Hospital letter, certificate of the wound.' }] },
    doubt: 'They do not always stamp it: I would send it by post as well, at once.',
    questions: [
      ['They want to send my son tomorrow and do not take his report. What can we do today?', 'urgent'],
      ['Can I hand in the report for my husband with a power of attorney?', 'normal'],
      ['My husband is not given his leave though it is due. Where to write?', 'normal'],
      ['This is for advisers only: my brother is held in another place.', 'normal'],
    ],
    answer: 'Send the report **by registered letter** today and keep the list of contents. The article says how.',
    back: 'How long has it been due, and was a report for leave handed in?',
    note: 'Add to step 3 that receipts are kept for three years.', lawyer: 'The second lawyer',
  },
};

class World {
  constructor(mock, group) {
    this.mock = mock;
    this.group = group;
    this.articles = [];
    this.proposals = [];
    this.questions = [];
    const s = texts[mock.language === 'en' ? 'en' : 'ru'];
    this.s = s;
    if (group.group !== 'g1') return;
    const lawyer = group.members.find((one) => one.role === 'adviser')?.name ?? '';
    const content = (text, more) => ({
      title: text.title, language: mock.language || 'ru', summary: text.summary, audiences: [], situations: [], steps: text.steps ?? [],
      papers: [], threats: text.threats ?? [], sources: text.sources ?? [], contacts: text.contacts ?? [], sample: false, ...more,
    });
    const publish = (article, text, more, dates = {}) => this.publish({ article, content: content(text, more), author: lawyer, ...dates });
    const paper = { paper: 'report', title: s.refuse.paper.title, addressed_to: s.refuse.paper.to, body: s.refuse.paper.body, fields: s.refuse.paper.fields, copies: 2 };
    publish('a1', s.refuse, { audiences: ['contract'], situations: ['refused'], papers: [paper], sample: true }, { at: Date.now() - 90 * day });
    publish('a1', s.refuse, { audiences: ['contract', 'volunteer', 'family'], situations: ['refused', 'at_front', 'not_yet_sent'], papers: [paper], sample: true });
    publish('a2', s.held, { situations: ['held'], audiences: ['family'] }, { check_by: from_today(-20) });
    publish('a3', s.silent, { situations: ['missing', 'at_front'] });
    publish('a4', s.old, { audiences: ['contract'], situations: ['refused'] }, { check_by: from_today(-50) });
    publish('a5', s.next, { situations: ['wounded'] }, { valid_from: from_today(12) });
    Object.assign(this.find('a1'), {
      opinions: [
        { member: 'p5', name: s.lawyer, revision: 2, agrees: true, text: '', at: Date.now() - 9 * day, mine: false },
        { member: 'p6', name: group.members[6]?.name ?? '', revision: 2, agrees: false, text: s.doubt, at: Date.now() - 8 * day, mine: false },
      ],
      outcomes: [{ state: 'home', count: 11 }, { state: 'released', count: 4 }, { state: 'held' }],
    });
    this.find('a4').withdrawal = { reason: s.old.reason, by_name: lawyer, at: Date.now() - 2 * day, replacement: 'a1' };
    this.proposals.push({ proposal: 'x1', article: 'a1', by_name: group.members[1].name, mine: false, at: Date.now() - day, note: s.note, content: this.find('a1').revisions.at(-1).content });
    const ask = (index, author, ago, more = {}) =>
      this.questions.push({
        question: `q${index + 1}`, author, mine: author === 0, text: s.questions[index][0], urgency: s.questions[index][1], reach: 'everyone',
        at: Date.now() - ago, replies: [], state: 'open', queued: false, ...more,
      });
    ask(0, 4, 1.3 * day);
    ask(1, 0, 2 * day, { state: 'answered', replies: [this.reply(5, 'answer', s.answer, 'a1')] });
    ask(2, 0, 3 * day, { state: 'asked_back', replies: [this.reply(5, 'asks_back', s.back)] });
    ask(3, 7, 4 * day, { reach: 'advisers' });
  }

  get adviser() {
    return this.group.my_role === 'adviser' || !!this.group.mock_adviser;
  }

  reply(author, kind, text, article) {
    const one = this.group.members[author];
    return { author_name: one.name, adviser: one.role === 'adviser', mine: one.me, kind, text, at: Date.now() - 3_600_000, queued: false, ...(article && { article }) };
  }

  publish({ article, content, author, at = Date.now() - 10 * day, valid_from = from_today(-30), check_by = from_today(60), law_date = from_today(-31), queued = false }) {
    let one = this.articles.find((other) => other.article === article);
    if (!one) this.articles.push((one = { article, revisions: [], opinions: [], outcomes: [] }));
    one.revisions.push({ revision: one.revisions.length + 1, content, author_name: author, at, valid_from, check_by, law_date, queued });
    return one;
  }

  find(article) {
    return this.articles.find((one) => one.article === article);
  }

  item(one, revision = one.revisions.at(-1)) {
    const { content, author_name, valid_from, check_by, law_date, queued } = revision;
    const today = from_today(0);
    const state = one.withdrawal ? 'withdrawn' : today < valid_from ? 'not_yet' : today > check_by ? 'stale' : 'current';
    const of = one.opinions.filter((opinion) => opinion.revision === revision.revision);
    return {
      article: one.article, revision: revision.revision, title: content.title, summary: content.summary, language: content.language,
      audiences: content.audiences, situations: content.situations, state, author_name, valid_from, check_by, law_date,
      endorsed: of.filter((opinion) => opinion.agrees).length, disputed: of.some((opinion) => !opinion.agrees), sample: content.sample, queued,
    };
  }

  question_item(one) {
    const seen = one.mine || one.reach === 'everyone' || this.adviser;
    return {
      question: one.question, mine: one.mine, reach: one.reach, urgency: one.urgency, state: one.state, at: one.at, queued: one.queued,
      answers: one.replies.filter((reply) => reply.kind === 'answer').length,
      overdue: one.urgency === 'urgent' && one.state === 'open' && Date.now() - one.at > day,
      ...(seen && { text: one.text, author_name: this.group.members[one.author].name }),
      ...(one.audience && { audience: one.audience }),
      ...(one.situation && { situation: one.situation }),
    };
  }
}

export function guidance_commands(mock, Refused) {
  const worlds = new Map();
  const world = (id) => {
    const group = mock.group(id);
    if (!worlds.has(group)) worlds.set(group, new World(mock, group));
    return worlds.get(group);
  };
  mock.guidance = world;
  const article = (w, id) => w.find(id) ?? refuse('no_article');
  const refuse = (code) => {
    throw new Refused(code);
  };
  const told = (kind, group) => mock.notice(kind, group);
  const stem = (word) => word.toLowerCase().replaceAll('ё', 'е').slice(0, Math.max(3, word.length - 2));

  return {
    'group.refused': ({ group }) => ({ refused: [{ member: 'p8', member_name: mock.group(group).members[2]?.name ?? '', what: 'guidance', kind: 0x200, at: Date.now() - day }] }),
    'guidance.list': ({ group, query, audience, situation, withdrawn = false, limit = 50 }) => {
      const w = world(group);
      let found = w.articles.map((one) => w.item(one));
      if (!withdrawn) found = found.filter((one) => one.state !== 'withdrawn');
      if (audience) found = found.filter((one) => !one.audiences.length || one.audiences.includes(audience));
      if (situation) found = found.filter((one) => one.situations.includes(situation));
      if (query) {
        const stems = query.split(/\s+/).filter(Boolean).map(stem);
        found = found
          .filter((one) => stems.every((s) => JSON.stringify(w.find(one.article).revisions.at(-1).content).toLowerCase().replaceAll('ё', 'е').includes(s)))
          .map((one) => ({ ...one, snippet: one.article === 'a1' ? w.s.refuse.snippet : one.summary }));
      }
      return { articles: found.slice(0, limit), total: found.length, can_publish: w.adviser, proposals: w.proposals.length };
    },
    'guidance.article': ({ group, article: id, revision }) => {
      const w = world(group);
      const one = article(w, id);
      const chosen = one.revisions.find((other) => other.revision === revision) ?? one.revisions.at(-1);
      const mine = one.opinions.find((opinion) => opinion.mine && opinion.revision === chosen.revision);
      const replacement = one.withdrawal?.replacement && w.find(one.withdrawal.replacement);
      return {
        item: w.item(one, chosen), content: chosen.content,
        revisions: one.revisions.toReversed?.() ?? [...one.revisions].reverse(),
        opinions: one.opinions, outcomes: one.outcomes, signer: '7f3a 09c1 d55e 4b20 8a77 c0de 1b42 9e6d', signature_good: !one.forged, from_file: !!one.from_file,
        can_publish: w.adviser, ...(mine && { my_opinion: mine.agrees }),
        ...(one.withdrawal && { withdrawal: { ...one.withdrawal, ...(replacement && { replacement_title: w.item(replacement).title }) } }),
      };
    },
    'guidance.publish': ({ group, article: id, content, valid_from, check_by, law_date, proposal }) => {
      const w = world(group);
      if (!w.adviser) refuse('not_allowed');
      const one = w.publish({ article: id ?? mock.id('a'), content, author: w.group.my_name, at: Date.now(), valid_from, check_by, law_date });
      w.proposals = w.proposals.filter((other) => other.proposal !== proposal);
      told('guidance', group);
      return { article: one.article, revision: one.revisions.length };
    },
    'guidance.propose': ({ group, article: id, content, note }) => {
      const w = world(group);
      w.proposals.push({ proposal: mock.id('x'), ...(id && { article: id }), by_name: w.group.my_name, mine: true, at: Date.now(), note, content });
      told('guidance', group);
      return {};
    },
    'guidance.proposals': ({ group }) => ({ proposals: world(group).proposals }),
    'guidance.turn_down': ({ group, proposal }) => {
      const w = world(group);
      w.proposals = w.proposals.filter((other) => other.proposal !== proposal);
      told('guidance', group);
      return {};
    },
    ...Object.fromEntries(
      ['endorse', 'disagree'].map((what) => [
        `guidance.${what}`,
        ({ group, article: id, revision, text }) => {
          const w = world(group);
          const one = article(w, id);
          one.opinions = one.opinions.filter((opinion) => !(opinion.mine && opinion.revision === revision));
          one.opinions.push({ member: 'p0', name: w.group.my_name, revision, agrees: what === 'endorse', text, at: Date.now(), mine: true });
          told('guidance', group);
          return {};
        },
      ]),
    ),
    'guidance.withdraw': ({ group, article: id, reason, replacement }) => {
      const w = world(group);
      article(w, id).withdrawal = { reason, by_name: w.group.my_name, at: Date.now(), ...(replacement && { replacement }) };
      told('guidance', group);
      return {};
    },
    'guidance.fill': ({ group, article: id, paper: name, values }) => {
      const w = world(group);
      const one = article(w, id);
      const content = one.revisions.at(-1).content;
      const paper = content.papers.find((other) => other.paper === name) ?? refuse('bad_arguments');
      const typed = Object.fromEntries(values.map((value) => [value.name, value.value.trim()]));
      const problems = [];
      for (const field of paper.fields) {
        const value = typed[field.name] ?? '';
        if (!value && field.required) problems.push({ name: field.name, message: 'missing' });
        if (value && field.type === 'number' && !/^\d+([.,]\d+)?$/.test(value)) problems.push({ name: field.name, message: 'not_a_number' });
      }
      const fill = (text) =>
        text.replace(/\{\{([^{}]*)\}\}/g, (_, field) => {
          const value = typed[field];
          if (!value) return '______________________';
          if (!/^\d{4}-\d\d-\d\d$/.test(value)) return value;
          return new Intl.DateTimeFormat(content.language === 'en' ? 'en-GB' : 'ru', { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(`${value}T12:00`));
        });
      return { title: paper.title, addressed_to: fill(paper.addressed_to), text: fill(paper.body), copies: paper.copies, problems, state: w.item(one).state };
    },
    'guidance.export': ({ group, articles }) => ({ name: 'articles.hwa', file: Buffer.from(JSON.stringify({ articles: articles.map((id) => world(group).find(id)) })).toString('base64') }),
    'guidance.import': ({ group, file, trust = false }) => {
      const w = world(group);
      let inside;
      try {
        inside = JSON.parse(Buffer.from(file, 'base64').toString()).articles;
      } catch {
        refuse('bad_file');
      }
      if (trust && !w.adviser) refuse('not_allowed');
      const answer = inside.map((one) => ({
        title: one.revisions.at(-1).content.title, signer: '7f3a 09c1 d55e 4b20 8a77 c0de 1b42 9e6d',
        ...(w.find(one.article) && { signed_by_name: one.revisions.at(-1).author_name }),
        outcome: one.forged ? 'bad_signature' : w.find(one.article) ? 'same' : one.withdrawal ? 'withdrawn' : 'new',
      }));
      if (trust) for (const one of inside) if (!w.find(one.article) && !one.forged) w.articles.push({ ...one, from_file: true });
      if (trust) told('guidance', group);
      return { articles: answer };
    },
    'question.ask': ({ group, text, reach, audience, situation, urgency }) => {
      const w = world(group);
      const question = mock.id('q');
      const author = w.group.members.findIndex((one) => one.me);
      w.questions.push({ question, author, mine: true, text, reach, urgency, at: Date.now(), replies: [], state: 'open', queued: mock.link !== 'connected', ...(audience && { audience }), ...(situation && { situation }) });
      told('questions', group);
      return { question };
    },
    'question.list': ({ group, state, limit = 200 }) => {
      const w = world(group);
      const items = w.questions.map((one) => w.question_item(one)).filter((one) => !state || one.state === state);
      const weight = (one) => (one.overdue ? 2 : 0) + (one.urgency === 'urgent' ? 1 : 0);
      items.sort((a, b) => weight(b) - weight(a) || a.at - b.at);
      return { questions: items.slice(0, limit), i_am_adviser: w.adviser, advisers: w.group.members.filter((one) => one.role === 'adviser').length + (w.group.mock_adviser ? 1 : 0) };
    },
    'question.view': ({ group, question }) => {
      const w = world(group);
      const one = w.questions.find((other) => other.question === question) ?? refuse('no_question');
      const advisers = w.group.members.filter((other) => other.role === 'adviser').map((other) => other.name);
      return {
        item: w.question_item(one),
        replies: one.replies.map((reply) => ({ ...reply, ...(reply.article && { article_title: w.item(w.find(reply.article)).title }) })),
        can_answer: w.adviser, can_close: one.mine || w.adviser,
        seen_by: one.reach === 'advisers' ? [...advisers, w.group.members[one.author].name] : [],
      };
    },
    ...Object.fromEntries(
      [['answer', 'answer', 'answered'], ['ask_back', 'asks_back', 'asked_back'], ['add', 'asker', 'open']].map(([command, kind, state]) => [
        `question.${command}`,
        ({ group, question, text, article: id }) => {
          const w = world(group);
          const one = w.questions.find((other) => other.question === question);
          one.replies.push({ ...w.reply(w.group.members.findIndex((other) => other.me), kind, text, id), at: Date.now() });
          one.state = state;
          told('questions', group);
          return {};
        },
      ]),
    ),
    'question.close': ({ group, question }) => {
      world(group).questions.find((other) => other.question === question).state = 'answered';
      told('questions', group);
      return {};
    },
    'question.to_article': ({ group, question }) => {
      const w = world(group);
      const one = w.questions.find((other) => other.question === question);
      const answer = one.replies.filter((reply) => reply.kind === 'answer').map((reply) => reply.text).join('\n\n');
      return {
        content: {
          title: '', language: mock.language || 'ru', summary: answer, audiences: one.audience ? [one.audience] : [], situations: one.situation ? [one.situation] : [],
          steps: [], papers: [], threats: [], sources: [], contacts: [], sample: false,
        },
      };
    },
  };
}

export function guidance_today(mock) {
  return mock.groups
    .filter((group) => group.group === 'g1' && group.state === 'active')
    .flatMap((group) => {
      const w = mock.guidance(group.group);
      const of = { group: group.group, group_name: group.name };
      const items = w.articles.filter((one) => one.withdrawal).map((one) => ({ kind: 'article_withdrawn', ...of, article: one.article, name: w.item(one).title }));
      const answered = w.questions.find((one) => one.mine && one.state === 'answered');
      if (answered) items.push({ kind: 'question_answered', ...of, question: answered.question });
      if (!w.adviser) return items;
      const waiting = w.questions.filter((one) => one.state === 'open' && !one.mine);
      const urgent = waiting.find((one) => one.urgency === 'urgent');
      if (urgent) items.push({ kind: 'question_urgent', ...of, question: urgent.question });
      if (waiting.length) items.push({ kind: 'question_open', ...of, count: waiting.length });
      if (w.proposals.length) items.push({ kind: 'proposal', ...of, count: w.proposals.length });
      return items;
    });
}
