// Invented people and talk for the mock node. Nobody here is real.

const hour = 3_600_000;
const day = 24 * hour;

export const words = {
  ru: 'берег ветка глина дождь ельник заря иней камень лодка мостик ночь облако парус ручей снег тропа улей ферма хвоя цапля чайка шишка щука якорь'.split(' '),
  en: 'anchor bridge clay dawn ember field grove harbour island juniper kettle lantern meadow nettle orchard pebble quilt river saddle timber umber valley willow yarrow'.split(' '),
};

const texts = {
  ru: {
    road: 'Дорога домой',
    street: 'Соседки с Лесной',
    me: 'Полынь',
    names: ['Полынь', 'Тётя Рая', 'Вера Т.', 'Айна', 'Мама Тимура', 'Юрист Нина', 'Саяна', 'Сестра Лёни', 'Айна', 'Марьям', 'Ольга с переезда', 'Жена Артура'],
    more: 'Участница',
    talk: [
      [1, 2 * day + 9 * hour, 'Девочки, кто сегодня дозвонился? Наши молчат с понедельника.'],
      [3, 2 * day + 8.6 * hour, 'Мой позвонил в обед, одна минута. Говорит, стоят на прежнем месте, телефон один на двенадцать человек.'],
      [4, 2 * day + 8.5 * hour, 'Слава богу. Просил что-нибудь передать?'],
      [3, 2 * day + 8.4 * hour, 'Да, пятерым семьям: живы, не ранены.\nИмена напишу тем, кого это касается, каждой отдельно.'],
      [0, day + 11 * hour, 'Спасибо тебе. Я записала время звонка, чтобы мы ничего не перепутали.'],
      [5, day + 10 * hour, 'Напоминаю: рапорт подают в двух экземплярах, на втором просят отметку о получении. Образец не совет на все случаи, сначала спросите меня про своего.'],
      [6, day + 9.5 * hour, 'Нина, а если отметку не ставят?'],
      [5, day + 9.4 * hour, 'Тогда заказным письмом с описью вложения: опись и есть доказательство. Смотрите https://example.org/opis'],
      [8, 3 * hour, 'Я новая, меня привела Рая. Муж уехал в мае «на учения».'],
      [1, 2.8 * hour, 'Это Айна с нашей улицы, я с ней говорила. Не путайте с той Айной, что звонила вчера.'],
      [0, 1 * hour, 'Добро пожаловать. Спрашивайте всё, здесь никто не осудит.'],
      [2, 0.4 * hour, 'В пятницу в шесть созваниваемся, кто может.'],
    ],
    late: 'Он перезвонил! Сказали, что завтра их отпустят к поезду.',
    street_talk: [[1, 3 * day, 'Кто сможет отвезти посылку в среду?']],
    older: ['Доброе утро. Новостей нет.', 'У нас тоже тихо.', 'Держимся.', 'Кто-нибудь был в приёмной?', 'Была, обещали ответить письменно.'],
    asks: { name: 'Зоя Л.', greeting: 'Здравствуйте, это Зоя. Мы говорили в среду у магазина, мой брат в той же части.' },
    vouch: { name: 'Катерина', greeting: 'Меня знает Марьям, сын уехал вместе с её сыном.', note: 'Знаю её десять лет, вчера виделись.' },
  },
  en: {
    road: 'The way home',
    street: 'Neighbours of Forest Street',
    me: 'Wormwood',
    names: ['Wormwood', 'Aunt Raya', 'Vera T.', 'Aina', 'Timur’s mother', 'Nina the lawyer', 'Sayana', 'Lyonya’s sister', 'Aina', 'Maryam', 'Olga by the crossing', 'Artur’s wife'],
    more: 'Member',
    talk: [
      [1, 2 * day + 9 * hour, 'Girls, who got a call today? Ours have been silent since Monday.'],
      [3, 2 * day + 8.6 * hour, 'Mine rang at noon, one minute. He says they are where they were, one phone for twelve men.'],
      [4, 2 * day + 8.5 * hour, 'Thank God. Did he ask to pass anything on?'],
      [3, 2 * day + 8.4 * hour, 'Yes, to five families: alive, not wounded.\nI shall write the names to those concerned, each by herself.'],
      [0, day + 11 * hour, 'Thank you. I noted the time of the call, so that we mix nothing up.'],
      [5, day + 10 * hour, 'A reminder: the report is handed in twice, and on the second copy you ask for a receipt stamp. A sample is not advice for every case, ask me about yours first.'],
      [6, day + 9.5 * hour, 'Nina, and if they refuse the stamp?'],
      [5, day + 9.4 * hour, 'Then by registered letter with a list of contents: that list is the proof. See https://example.org/list'],
      [8, 3 * hour, 'I am new, Raya brought me. My husband left in May “for exercises”.'],
      [1, 2.8 * hour, 'This is Aina from our street, I spoke with her. Not the Aina who rang yesterday.'],
      [0, 1 * hour, 'Welcome. Ask anything, nobody judges here.'],
      [2, 0.4 * hour, 'On Friday at six we call each other, whoever can.'],
    ],
    late: 'He rang again! They were told they may go to the train tomorrow.',
    street_talk: [[1, 3 * day, 'Who could take a parcel on Wednesday?']],
    older: ['Good morning. No news.', 'Quiet here as well.', 'We hold on.', 'Has anybody been to the office?', 'I was, they promised an answer in writing.'],
    asks: { name: 'Zoya L.', greeting: 'Hello, this is Zoya. We spoke on Wednesday at the shop, my brother is in the same unit.' },
    vouch: { name: 'Katerina', greeting: 'Maryam knows me, my son left together with hers.', note: 'I have known her for ten years and saw her yesterday.' },
  },
};

function message(author, names, at, text, mine) {
  return { message: `m${Math.random().toString(36).slice(2)}`, author: `p${author}`, author_name: names[author], mine, text, at, state: 'taken_in' };
}

export function sample(language, now) {
  const s = texts[language];
  const members = s.names.map((name, index) => ({
    member: `p${index}`,
    name,
    role: index === 0 ? 'organizer' : index === 5 ? 'adviser' : 'member',
    me: index === 0,
    since: now - (60 - index * 4) * day,
    sponsor_name: index === 0 ? '' : s.names[index > 4 ? 1 : 0],
    confirmed_names: index > 1 ? [s.names[(index + 1) % 4]] : [],
  }));
  for (let index = s.names.length; index < 24; index++)
    members.push({ member: `p${index}`, name: `${s.more} ${index}`, role: 'member', me: false, since: now - (24 - index) * day, sponsor_name: s.names[1], confirmed_names: [s.names[2]] });
  const talk = [];
  for (let index = 0; index < 90; index++)
    talk.push(message(1 + (index % 4), s.names, now - 20 * day + index * 4 * hour, s.older[index % s.older.length], false));
  for (const [author, ago, text] of s.talk) talk.push(message(author, s.names, now - ago, text, author === 0));
  const base = { epoch: 31, state: 'active', my_name: s.me, my_role: 'organizer', requests: 0, waiting: 0, link: 'connected', warnings: [], invites: [] };
  const request = (id, who, more) => ({
    request: id, name: who.name, greeting: who.greeting, note: who.note ?? '', at: now - 2 * hour, confirmed_by: [], needed: 2, can_propose: false, can_confirm: false, mine: false, word_seed: id.length, ...more,
  });
  return [
    {
      ...base, group: 'g1', name: s.road, members, talk, unread: 3, late: s.late,
      list: [
        request('r1', s.asks, { mine: true, can_propose: true }),
        request('r22', s.vouch, { proposed_by: { member: 'p9', name: s.names[9] }, can_confirm: true, at: now - 5 * hour }),
      ],
    },
    {
      ...base, group: 'g2', name: s.street, epoch: 4, my_role: 'member', members: members.slice(0, 3).map((m) => ({ ...m, role: m.me ? 'member' : m.member === 'p1' ? 'organizer' : 'member', sponsor_name: m.member === 'p1' ? '' : s.names[1] })),
      talk: s.street_talk.map(([author, ago, text]) => message(author, s.names, now - ago, text, false)), unread: 0, list: [], late: s.late,
    },
  ];
}
