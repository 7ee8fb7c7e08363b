// The demo's guidance and questions: samples, clearly marked as such, from tools/demo_data/guidance.json.
import { readFileSync } from 'node:fs';
import { call, until } from './processes.mjs';

const day_ms = 86_400_000;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
// "+180" is so many days from today: for an article that is to be current.
const resolve = (date) => (date.startsWith('+') ? day(Date.now() + Number(date) * day_ms) : date);

/** An organizer makes a member adviser; done when the member's own node knows it. */
export async function makeAdviser({ organizer, adviser, group }) {
  const me = (await call(adviser, 'group.members', { group })).members.find((m) => m.me);
  await call(organizer, 'group.set_role', { group, member: me.member, role: 'adviser' });
  await until('the adviser to be one', async () =>
    (await call(adviser, 'group.members', { group })).members.find((m) => m.me).role === 'adviser');
}

/** Publishes the samples, withdraws those that have a withdrawal, asks and answers; `others` are homes that
 *  must have it all before this is done. */
export async function bringGuidance({ adviser, asker, group, others = [] }) {
  const data = JSON.parse(readFileSync(new URL('../demo_data/guidance.json', import.meta.url), 'utf8'));
  const ids = {};
  for (const { key, content, ...dates } of data.articles) {
    for (const name of Object.keys(dates)) dates[name] = resolve(dates[name]);
    ids[key] = (await call(adviser, 'guidance.publish', { group, content, ...dates })).article;
  }
  for (const { article, replacement, reason } of data.withdrawals)
    await call(adviser, 'guidance.withdraw', { group, article: ids[article], replacement: ids[replacement], reason });
  for (const { answer, article, ...asked } of data.questions) {
    const { question } = await call(asker, 'question.ask', { group, ...asked });
    if (!answer) continue;
    await until('the question to arrive', () => call(adviser, 'question.view', { group, question }));
    await call(adviser, 'question.answer', { group, question, text: answer, article: ids[article] });
  }
  for (const home of others) {
    await until('everybody to have the guidance', async () => {
      const { articles } = await call(home, 'guidance.list', { group, withdrawn: true });
      const withdrawn = articles.filter((a) => a.state === 'withdrawn');
      return articles.length === data.articles.length && withdrawn.length === data.withdrawals.length &&
        articles.every((a) => !a.queued) &&
        (await call(home, 'question.list', { group })).questions.length === data.questions.length;
    });
  }
  return ids;
}
